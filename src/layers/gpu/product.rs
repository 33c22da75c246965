//! Matrix products whose left side is gathered from images under a kernel: convolutions with their gradients, and dense
//! layers, which are convolutions under a kernel of one position.
//!
//! A cube of 256 threads finds a tile of the result, block by block along the inner dimension, which both sides are copied
//! to shared memory for. Where tiles are too few to fill a device, the inner dimension is cut into pieces that are added
//! up afterwards in their order.

use crate::layers::buffer::Buffer;
use crate::layers::buffer::{cubes, cubes_for};
use crate::layers::kernels::convolution::Geometry;
use cubecl::prelude::*;

/// Threads of a cube: 16 by 16.
const THREADS: u32 = 256;
/// Inner positions that are copied to shared memory at a time.
const BLOCK: usize = 16;
/// Cubes that a product is cut into if it can be, for devices with many processors. The same on all, so that the bits are.
const CUBES: usize = 256;
/// Inner positions that a piece has at least.
const PIECE: usize = 256;

/// Which of the three products of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Images under the kernel times weights: the output.
    Output,
    /// Gradients of the output under the kernel turned round, times weights: the gradient of the input.
    InputGradient,
    /// Images under the kernel, transposed, times gradients of the output: the gradient of the weights.
    WeightGradient,
}

/// Rows and columns that a thread finds of a tile, in steps of 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    rows: usize,
    columns: usize,
}

impl Tile {
    fn of(rows: usize, columns: usize) -> Self {
        let tile = |size: usize| if size <= 32 { 2 } else { 4 };
        let large = Self { rows: 8, columns: 8 };
        if columns > 64 && large.count(rows, columns) >= CUBES {
            return large;
        }
        Self {
            rows: tile(rows),
            columns: tile(columns),
        }
    }

    fn count(self, rows: usize, columns: usize) -> usize {
        rows.div_ceil(16 * self.rows) * columns.div_ceil(16 * self.columns)
    }
}

/// Sizes of a product: rows by inner times inner by columns, so many times.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Sizes {
    rows: u32,
    inner: u32,
    columns: u32,
    /// Products.
    sets: u32,
    /// What a product's inner dimension is cut into.
    pieces: u32,
    /// Inner positions of each.
    piece: u32,
    /// Values from one set to the next on either side; 0 where they share them.
    left_set: u32,
    right_set: u32,
}

/// The images that are gathered, and the positions that the kernel is put on.
#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Gather {
    image_height: u32,
    image_width: u32,
    height: u32,
    width: u32,
    kernel_height: u32,
    kernel_width: u32,
    before_height: u32,
    before_width: u32,
    channels: u32,
}

/// A value of the images: under the kernel's position (`below`, `beside`) where it lies on (`row`, `column`) of image `clip`;
/// 0 beyond the borders.
#[cube]
fn gathered(
    images: &[f32],
    gather: &Gather,
    from: usize,
    clip: u32,
    row: u32,
    column: u32,
    below: u32,
    beside: u32,
    channel: u32,
) -> f32 {
    // Before the border they wrap around to more than any image has.
    let y = row + below - gather.before_height;
    let x = column + beside - gather.before_width;
    let mut value = 0.0f32;
    if y < gather.image_height && x < gather.image_width {
        let pixel = (clip * gather.image_height + y) * gather.image_width + x;
        value = images[from + (pixel * gather.channels + channel) as usize];
    }
    value
}

#[cube(launch)]
fn product(
    images: &[f32],
    right: &[f32],
    bias: &[f32],
    output: &mut [f32],
    sizes: Sizes,
    gather: Gather,
    #[comptime] kind: Kind,
    #[comptime] tile: Tile,
    #[comptime] biased: bool,
    #[comptime] relu: bool,
) {
    let tall = comptime!(16 * tile.rows as u32);
    let wide = comptime!(16 * tile.columns as u32);
    // One more, so that threads that write one below the other meet no bank twice.
    let left_step = comptime!(16 * tile.rows + 1);
    let right_step = comptime!(16 * tile.columns + 1);
    let mut left_block = Shared::<[f32]>::new_slice(comptime!(BLOCK * (16 * tile.rows + 1)));
    let mut right_block = Shared::<[f32]>::new_slice(comptime!(BLOCK * (16 * tile.columns + 1)));
    let thread = UNIT_POS_X;
    let tiles_across = (sizes.columns + wide - 1) / wide;
    let tiles_down = (sizes.rows + tall - 1) / tall;
    let cube = CUBE_POS as u32;
    let across = cube % tiles_across;
    let down = cube / tiles_across % tiles_down;
    let part = cube / tiles_across / tiles_down;
    let set = part / sizes.pieces;
    if set >= sizes.sets {
        terminate!();
    }
    let first_row = down * tall;
    let first_column = across * wide;
    let begin = part % sizes.pieces * sizes.piece;
    let end = min(begin + sizes.piece, sizes.inner);
    let left_from = (set * sizes.left_set) as usize;
    let right_from = (set * sizes.right_set) as usize;
    let taps = gather.kernel_height * gather.kernel_width;
    let area = gather.height * gather.width;

    // Along the rows a thread always loads the same positions (or the same place under the kernel): found once.
    let mut clips = Array::<u32>::new(comptime!(tile.rows));
    let mut rows = Array::<u32>::new(comptime!(tile.rows));
    let mut columns = Array::<u32>::new(comptime!(tile.rows));
    #[unroll]
    for i in 0..comptime!(tile.rows) {
        if comptime!(matches!(kind, Kind::WeightGradient)) {
            let row = first_row + thread % tall;
            let tap = row / gather.channels;
            clips[i] = row % gather.channels;
            rows[i] = tap / gather.kernel_width;
            columns[i] = tap % gather.kernel_width;
        } else {
            let row = first_row + thread / 16 + 16u32 * i as u32;
            clips[i] = row / area;
            rows[i] = row % area / gather.width;
            columns[i] = row % gather.width;
        }
    }

    let mut sums = Array::<f32>::new(comptime!(tile.rows * tile.columns));
    #[unroll]
    for i in 0..comptime!(tile.rows * tile.columns) {
        sums[i] = 0.0f32;
    }
    let mut block = begin;
    while block < end {
        let own = block + thread % 16;
        if comptime!(matches!(kind, Kind::WeightGradient)) {
            #[unroll]
            for i in 0..comptime!(tile.rows) {
                let row = thread % tall;
                let inner = thread / tall + comptime!(THREADS / (16 * tile.rows as u32)) * i as u32;
                let position = block + inner;
                let mut value = 0.0f32;
                if position < end && first_row + row < sizes.rows {
                    let clip = position / area;
                    let y = position % area / gather.width;
                    let x = position % gather.width;
                    value = gathered(images, &gather, left_from, clip, y, x, rows[i], columns[i], clips[i]);
                }
                left_block[inner as usize * left_step + row as usize] = value;
            }
        } else {
            let tap = own / gather.channels;
            let channel = own % gather.channels;
            let below = tap / gather.kernel_width;
            let beside = tap % gather.kernel_width;
            #[unroll]
            for i in 0..comptime!(tile.rows) {
                let row = thread / 16 + 16u32 * i as u32;
                let mut value = 0.0f32;
                if own < end && first_row + row < sizes.rows {
                    value = gathered(
                        images, &gather, left_from, clips[i], rows[i], columns[i], below, beside, channel,
                    );
                }
                left_block[(thread % 16) as usize * left_step + row as usize] = value;
            }
        }
        if comptime!(matches!(kind, Kind::InputGradient)) {
            // The weights of the same place, turned round; their outputs lie side by side.
            let tap = taps - 1 - own / gather.channels;
            let channel = own % gather.channels;
            #[unroll]
            for i in 0..comptime!(tile.columns) {
                let column = thread / 16 + 16u32 * i as u32;
                let mut value = 0.0f32;
                if own < end && first_column + column < sizes.columns {
                    let row = tap * sizes.columns + first_column + column;
                    value = right[right_from + (row * gather.channels + channel) as usize];
                }
                right_block[(thread % 16) as usize * right_step + column as usize] = value;
            }
        } else {
            #[unroll]
            for i in 0..comptime!(tile.columns) {
                let column = thread % wide;
                let inner = thread / wide + comptime!(THREADS / (16 * tile.columns as u32)) * i as u32;
                let mut value = 0.0f32;
                if block + inner < end && first_column + column < sizes.columns {
                    value = right[right_from + ((block + inner) * sizes.columns + first_column + column) as usize];
                }
                right_block[inner as usize * right_step + column as usize] = value;
            }
        }
        sync_cube();
        for inner in 0..BLOCK {
            let mut left_values = Array::<f32>::new(comptime!(tile.rows));
            let mut right_values = Array::<f32>::new(comptime!(tile.columns));
            #[unroll]
            for i in 0..comptime!(tile.rows) {
                left_values[i] = left_block[inner * left_step + (thread / 16) as usize + 16 * i];
            }
            #[unroll]
            for j in 0..comptime!(tile.columns) {
                right_values[j] = right_block[inner * right_step + (thread % 16) as usize + 16 * j];
            }
            #[unroll]
            for i in 0..comptime!(tile.rows) {
                #[unroll]
                for j in 0..comptime!(tile.columns) {
                    sums[i * comptime!(tile.columns) + j] += left_values[i] * right_values[j];
                }
            }
        }
        sync_cube();
        block += BLOCK as u32;
    }
    #[unroll]
    for i in 0..comptime!(tile.rows) {
        #[unroll]
        for j in 0..comptime!(tile.columns) {
            let row = first_row + thread / 16 + 16u32 * i as u32;
            let column = first_column + thread % 16 + 16u32 * j as u32;
            if row < sizes.rows && column < sizes.columns {
                let mut value = sums[i * comptime!(tile.columns) + j];
                if comptime!(biased) {
                    value += bias[(set * sizes.columns + column) as usize];
                }
                if comptime!(relu) {
                    // What is no number stays none.
                    if value < 0.0f32 {
                        value = 0.0f32;
                    }
                }
                output[((part * sizes.rows + row) * sizes.columns + column) as usize] = value;
            }
        }
    }
}

/// Adds up `pieces` runs of values that lie one after the other, for each of as many outputs as a run has.
#[cube(launch)]
fn add_pieces(
    parts: &[f32],
    bias: &[f32],
    output: &mut [f32],
    run: u32,
    pieces: u32,
    columns: u32,
    #[comptime] biased: bool,
    #[comptime] relu: bool,
) {
    let index = ABSOLUTE_POS as u32;
    if (index as usize) < output.len() {
        let set = index / run;
        let from = set * pieces * run + index % run;
        // Several sums, since one would wait for each number in turn.
        let mut sums = Array::<f32>::new(8usize);
        #[unroll]
        for i in 0..8usize {
            sums[i] = 0.0f32;
        }
        let whole = pieces / 8 * 8;
        let mut piece = 0u32;
        while piece < whole {
            #[unroll]
            for i in 0..8usize {
                sums[i] += parts[(from + (piece + i as u32) * run) as usize];
            }
            piece += 8;
        }
        while piece < pieces {
            sums[0] += parts[(from + piece * run) as usize];
            piece += 1;
        }
        let mut value = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
        if comptime!(biased) {
            value += bias[(set * columns + index % columns) as usize];
        }
        if comptime!(relu) {
            if value < 0.0f32 {
                value = 0.0f32;
            }
        }
        output[index as usize] = value;
    }
}

/// The sums of `pieces` runs that lie one after the other in each of so many sets.
pub fn summed(parts: &Buffer, sets: usize, pieces: usize, shape: Vec<usize>) -> Buffer {
    let output = parts.empty(shape);
    let columns = output.numbers() / sets;
    launch_add(parts, None, &output, (sets, pieces, columns), false);
    output
}

fn launch_add(
    parts: &Buffer,
    bias: Option<&Buffer>,
    output: &Buffer,
    (sets, pieces, columns): (usize, usize, usize),
    relu: bool,
) {
    let (cubes, threads) = cubes_for(output.client(), output.numbers());
    add_pieces::launch(
        output.client(),
        cubes,
        threads,
        parts.arg(),
        bias.unwrap_or(parts).arg(),
        output.arg(),
        (output.numbers() / sets) as u32,
        pieces as u32,
        columns as u32,
        bias.is_some(),
        relu,
    );
}

/// One of the products of a convolution, or of several that share their sizes.
pub struct Product<'a> {
    pub kind: Kind,
    /// The forward convolution, whichever of its products this is.
    pub geometry: Geometry,
    pub clips: usize,
    /// Convolutions with weights of their own: the two directions of an LSTM.
    pub sets: usize,
    /// Images, or the output's gradients; of each set where that has its own.
    pub images: &'a Buffer,
    /// Weights, or the output's gradients.
    pub right: &'a Buffer,
    pub bias: Option<&'a Buffer>,
    pub relu: bool,
}

impl Product<'_> {
    /// The result in this shape. The gradients of an input that sets share are added up.
    pub fn find(self, shape: Vec<usize>) -> Buffer {
        let Self {
            kind,
            geometry,
            clips,
            sets,
            ..
        } = self;
        let gather = match kind {
            Kind::InputGradient => geometry.backward(),
            _ => geometry,
        };
        let [inputs, outputs] = gather.channels;
        let positions = clips * gather.output[0] * gather.output[1];
        let window = gather.kernel[0] * gather.kernel[1] * inputs;
        let (rows, inner, columns) = match kind {
            Kind::WeightGradient => (window, positions, outputs),
            _ => (positions, window, outputs),
        };
        let tile = Tile::of(rows, columns);
        let tiles = tile.count(rows, columns) * sets;
        let most = inner.div_ceil(PIECE).max(1);
        let pieces = if tiles >= CUBES {
            1
        } else {
            CUBES.div_ceil(tiles.max(1)).min(most)
        };
        let piece = inner.div_ceil(pieces).next_multiple_of(BLOCK);
        let pieces = inner.div_ceil(piece).max(1);
        let shared = kind == Kind::InputGradient && sets > 1;
        let whole = pieces == 1 && !shared;
        let output = self.images.empty(shape);
        let parts = if whole {
            output.clone()
        } else {
            output.empty([sets * pieces * rows * columns])
        };
        let per_set = |buffer: &Buffer, one: usize| if buffer.numbers() > one { one as u32 } else { 0 };
        let image = gather.input[0] * gather.input[1] * inputs;
        let right = inner * columns;
        let sizes = SizesLaunch::new(
            rows as u32,
            inner as u32,
            columns as u32,
            sets as u32,
            pieces as u32,
            piece as u32,
            per_set(self.images, clips * image),
            per_set(self.right, right),
        );
        let gather = GatherLaunch::new(
            gather.input[0] as u32,
            gather.input[1] as u32,
            gather.output[0] as u32,
            gather.output[1] as u32,
            gather.kernel[0] as u32,
            gather.kernel[1] as u32,
            gather.before[0] as u32,
            gather.before[1] as u32,
            inputs as u32,
        );
        let (count, threads) = cubes(output.client(), tiles * pieces, THREADS);
        product::launch(
            output.client(),
            count,
            threads,
            self.images.arg(),
            self.right.arg(),
            self.bias.unwrap_or(self.right).arg(),
            parts.arg(),
            sizes,
            gather,
            kind,
            tile,
            whole && self.bias.is_some(),
            whole && self.relu,
        );
        if !whole {
            let (sets, pieces) = if shared { (1, sets * pieces) } else { (sets, pieces) };
            launch_add(&parts, self.bias, &output, (sets, pieces, columns), self.relu);
        }
        output
    }
}
