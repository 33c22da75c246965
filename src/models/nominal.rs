//! A clip that stands for those of unequal length.

/// Frames of a clip that stands for those of unequal length where a network is summed up or timed: 3 s of a speech
/// encoder's 50 a second.
pub const NOMINAL_FRAMES: usize = 150;

/// Frames and columns of what a network gets for a clip of (frames, coefficients). Where lengths are unequal (0 frames),
/// those of a clip of [`NOMINAL_FRAMES`], whose last column says which frames are its own.
pub fn nominal((frames, coefficients): (usize, usize)) -> [usize; 2] {
    match frames {
        0 => [NOMINAL_FRAMES, coefficients + 1],
        _ => [frames, coefficients],
    }
}
