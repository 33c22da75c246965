//! The matrix product that convolutions and their gradients spend their time in.

use pulp::{Arch, Simd, WithSimd};

/// The left factor: `a(p, s, i) = values[p * row + s * segment + i * step]`, read where it lies, so
/// that the windows of a convolution need not be unfolded. One of `row` and `step` is 1.
#[derive(Debug, Clone, Copy)]
pub struct Left<'a> {
    /// What it is read from.
    pub values: &'a [f32],
    /// From one row of the product to the next.
    pub row: usize,
    /// From one segment of the depth to the next.
    pub segment: usize,
    /// From one number of a segment to the next.
    pub step: usize,
}

/// The right factor: `b(s, i, n) = values[(s * depth + i) * row + n]`.
#[derive(Debug, Clone, Copy)]
pub struct Right<'a> {
    /// What it is read from.
    pub values: &'a [f32],
    /// From one row to the next: at least the columns of the product.
    pub row: usize,
}

/// How many numbers there are of each kind.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Rows of the product.
    pub rows: usize,
    /// Columns of the product.
    pub columns: usize,
    /// Runs that each sum consists of: the rows of a kernel, or of an image.
    pub segments: usize,
    /// Numbers in a run.
    pub depth: usize,
}

/// What a sum starts from.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// Nothing.
    Zero,
    /// One number per column.
    Bias(&'a [f32]),
    /// What the output holds.
    Output,
}

/// `out[p * out_row + n] = start + Σ_s Σ_i a(p, s, i) b(s, i, n)`, negative sums replaced by zero
/// with `relu`. One thread; sums in a fixed order.
pub fn product(left: Left, right: Right, sizes: Sizes, start: Start, relu: bool, out: &mut [f32], out_row: usize) {
    if sizes.rows == 0 || sizes.columns == 0 {
        return;
    }
    Arch::new().dispatch(Job {
        left,
        right,
        sizes,
        start,
        relu,
        out,
        out_row,
    });
}

struct Job<'a> {
    left: Left<'a>,
    right: Right<'a>,
    sizes: Sizes,
    start: Start<'a>,
    relu: bool,
    out: &'a mut [f32],
    out_row: usize,
}

/// Numbers of the right factor that one pass over the rows keeps near: 64 KiB.
const NEAR: usize = 1 << 14;

impl WithSimd for Job<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut job = self;
        let wide = if S::REGISTER_COUNT >= 32 { 4 } else { 2 };
        let mut column = 0;
        while column < job.sizes.columns {
            let left = job.sizes.columns - column;
            let vectors = (left / S::F32_LANES).min(wide);
            match vectors {
                4 => job.columns::<S, 4>(simd, column, 4 * S::F32_LANES),
                3 => job.columns::<S, 3>(simd, column, 3 * S::F32_LANES),
                2 => job.columns::<S, 2>(simd, column, 2 * S::F32_LANES),
                1 => job.columns::<S, 1>(simd, column, S::F32_LANES),
                _ => job.columns::<S, 1>(simd, column, left),
            }
            column += left.min(vectors.max(1) * S::F32_LANES);
        }
    }
}

/// A part of the depth: whole segments, or a part of one.
#[derive(Clone, Copy)]
struct Part {
    segments: (usize, usize),
    depth: (usize, usize),
    first: bool,
    last: bool,
}

impl Job<'_> {
    /// All rows of `width` columns, which fill `V` vectors or less than one.
    #[inline(always)]
    fn columns<S: Simd, const V: usize>(&mut self, simd: S, column: usize, width: usize) {
        let Sizes { segments, depth, .. } = self.sizes;
        let most = (NEAR / (V * S::F32_LANES)).max(1);
        let several = (most / depth.max(1)).max(1);
        let mut segment = 0;
        while segment < segments {
            let next = (segment + several).min(segments);
            let mut from = 0;
            while from < depth {
                let to = if several > 1 || depth - from < 2 * most {
                    depth
                } else {
                    from + most
                };
                let part = Part {
                    segments: (segment, next),
                    depth: (from, to),
                    first: segment == 0 && from == 0,
                    last: next == segments && to == depth,
                };
                self.rows::<S, V>(simd, column, width, part);
                from = to;
            }
            segment = next;
        }
    }

    #[inline(always)]
    fn rows<S: Simd, const V: usize>(&mut self, simd: S, column: usize, width: usize, part: Part) {
        let rows = self.sizes.rows;
        let mut row = 0;
        if V <= 3 && S::REGISTER_COUNT >= 32 {
            while rows - row >= 8 {
                self.tile::<S, V, 8>(simd, row, column, width, part);
                row += 8;
            }
        }
        while rows - row >= 6 {
            self.tile::<S, V, 6>(simd, row, column, width, part);
            row += 6;
        }
        while rows - row >= 4 {
            self.tile::<S, V, 4>(simd, row, column, width, part);
            row += 4;
        }
        while rows - row >= 2 {
            self.tile::<S, V, 2>(simd, row, column, width, part);
            row += 2;
        }
        if row < rows {
            self.tile::<S, V, 1>(simd, row, column, width, part);
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const V: usize, const P: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        width: usize,
        part: Part,
    ) {
        match (self.left.step == 1, width < V * S::F32_LANES) {
            (true, false) => self.sums::<S, V, P, false, false>(simd, row, column, width, part),
            (false, false) => self.sums::<S, V, P, true, false>(simd, row, column, width, part),
            (true, true) => self.sums::<S, V, P, false, true>(simd, row, column, width, part),
            (false, true) => self.sums::<S, V, P, true, true>(simd, row, column, width, part),
        }
    }

    /// `P` rows by `width` columns. With `ACROSS`, rows lie side by side in the left factor;
    /// with `PARTIAL`, the columns fill less than a vector.
    #[inline(always)]
    fn sums<S: Simd, const V: usize, const P: usize, const ACROSS: bool, const PARTIAL: bool>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        width: usize,
        part: Part,
    ) {
        let load = |values: &[f32]| -> [S::f32s; V] {
            if PARTIAL {
                [simd.partial_load_f32s(&values[..width]); V]
            } else {
                let (vectors, _) = S::as_simd_f32s(&values[..V * S::F32_LANES]);
                std::array::from_fn(|v| vectors[v])
            }
        };
        let mut sums = [[simd.splat_f32s(0.0); V]; P];
        match self.start {
            Start::Bias(bias) if part.first => sums = [load(&bias[column..]); P],
            Start::Zero if part.first => {}
            _ => {
                for (p, sums) in sums.iter_mut().enumerate() {
                    *sums = load(&self.out[(row + p) * self.out_row + column..]);
                }
            }
        }
        let (from, to) = part.depth;
        let depth = to - from;
        for segment in part.segments.0..part.segments.1 {
            let a = &self.left.values[row * self.left.row + segment * self.left.segment + from * self.left.step..];
            let b = &self.right.values[(segment * self.sizes.depth + from) * self.right.row + column..];
            if ACROSS {
                for i in 0..depth {
                    let right = load(&b[i * self.right.row..]);
                    let left = &a[i * self.left.step..][..P];
                    for p in 0..P {
                        let factor = simd.splat_f32s(left[p]);
                        for v in 0..V {
                            sums[p][v] = simd.mul_add_e_f32s(factor, right[v], sums[p][v]);
                        }
                    }
                }
            } else {
                let rows: [&[f32]; P] = std::array::from_fn(|p| &a[p * self.left.row..][..depth]);
                for i in 0..depth {
                    let right = load(&b[i * self.right.row..]);
                    for p in 0..P {
                        let factor = simd.splat_f32s(rows[p][i]);
                        for v in 0..V {
                            sums[p][v] = simd.mul_add_e_f32s(factor, right[v], sums[p][v]);
                        }
                    }
                }
            }
        }
        // The second operand is what a comparison with something that is no number gives.
        let floor = simd.splat_f32s(if self.relu && part.last { 0.0 } else { f32::NEG_INFINITY });
        for (p, sums) in sums.iter().enumerate() {
            let out = &mut self.out[(row + p) * self.out_row + column..];
            if PARTIAL {
                simd.partial_store_f32s(&mut out[..width], simd.max_f32s(floor, sums[0]));
            } else {
                let (vectors, _) = S::as_mut_simd_f32s(&mut out[..V * S::F32_LANES]);
                for v in 0..V {
                    vectors[v] = simd.max_f32s(floor, sums[v]);
                }
            }
        }
    }
}
