//! Sums over rows, column by column.

use super::product::summed;
use crate::layers::buffer::Buffer;
use cubecl::prelude::*;

/// Threads of a cube, which several columns share if they are few.
pub(super) const THREADS: usize = 256;
/// Blocks of rows at most, each of which a cube sums.
const BLOCKS: usize = 256;

/// How rows and columns are dealt to cubes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deal {
    pub rows: usize,
    pub columns: usize,
    /// Columns of a cube.
    pub width: usize,
    /// Rows of a cube.
    pub block: usize,
    /// Blocks of rows.
    pub blocks: usize,
}

impl Deal {
    pub fn new(rows: usize, columns: usize) -> Self {
        let width = columns.next_power_of_two().min(THREADS);
        // Each thread adds up eight rows at least.
        let block = rows.div_ceil(BLOCKS).max(8 * (THREADS / width)).min(rows.max(1));
        Self {
            rows,
            columns,
            width,
            block,
            blocks: rows.div_ceil(block).max(1),
        }
    }

    pub fn cubes(&self, sets: usize) -> (CubeCount, CubeDim) {
        let across = self.columns.div_ceil(self.width);
        let count = CubeCount::Static(self.blocks as u32, across as u32, sets as u32);
        (count, CubeDim::new_1d(THREADS as u32))
    }
}

/// The sum of what the threads of a column hold, in their order, for the first of them.
#[cube]
pub(super) fn of_column(shared: &Shared<[f32]>, width: u32) -> f32 {
    let mut sum = 0.0f32;
    let mut index = UNIT_POS_X % width;
    while index < THREADS as u32 {
        sum += shared[index as usize];
        index += width;
    }
    sum
}

/// Sums of the gradients; where `cut`, of those whose output is above 0, which are written down as well.
#[cube(launch)]
fn sums(
    gradient: &[f32],
    output: &[f32],
    kept: &mut [f32],
    part: &mut [f32],
    rows: u32,
    columns: u32,
    width: u32,
    block: u32,
    #[comptime] cut: bool,
) {
    let mut shared = Shared::<[f32]>::new_slice(THREADS);
    let thread = UNIT_POS_X;
    let column = CUBE_POS_Y * width + thread % width;
    let end = min((CUBE_POS_X + 1) * block, rows);
    let mut row = CUBE_POS_X * block + thread / width;
    let mut sum = 0.0f32;
    if column < columns {
        while row < end {
            let at = ((CUBE_POS_Z * rows + row) * columns + column) as usize;
            let mut value = gradient[at];
            if comptime!(cut) {
                value = 0.0f32;
                if output[at] > 0.0f32 {
                    value = gradient[at];
                }
                kept[at] = value;
            }
            sum += value;
            row += THREADS as u32 / width;
        }
    }
    shared[thread as usize] = sum;
    sync_cube();
    if thread < width && column < columns {
        let block = CUBE_POS_Z * CUBE_COUNT_X + CUBE_POS_X;
        part[(block * columns + column) as usize] = of_column(&shared, width);
    }
}

/// The gradient of a layer's output (rows, columns) before a ReLU that made `cut` of it, and its sums over rows.
pub fn cut_and_summed(gradient: &Buffer, cut: Option<&Buffer>, columns: usize) -> (Buffer, Buffer) {
    let kept = match cut {
        Some(_) => gradient.empty(gradient.shape().to_vec()),
        None => gradient.clone(),
    };
    let sums = sums_of_sets(gradient, cut.map(|output| (output, &kept)), 1, vec![columns]);
    (kept, sums)
}

/// Sums over rows in each of so many sets, in this shape.
pub fn totals_of_sets(values: &Buffer, sets: usize, shape: Vec<usize>) -> Buffer {
    sums_of_sets(values, None, sets, shape)
}

fn sums_of_sets(gradient: &Buffer, cut: Option<(&Buffer, &Buffer)>, sets: usize, shape: Vec<usize>) -> Buffer {
    let columns = shape.iter().product::<usize>() / sets;
    let deal = Deal::new(gradient.numbers() / columns / sets, columns);
    let part = gradient.empty([sets * deal.blocks * columns]);
    let unused = gradient.empty([1]);
    let (output, kept) = cut.unwrap_or((gradient, &unused));
    let (count, threads) = deal.cubes(sets);
    sums::launch(
        gradient.client(),
        count,
        threads,
        gradient.arg(),
        output.arg(),
        kept.arg(),
        part.arg(),
        deal.rows as u32,
        columns as u32,
        deal.width as u32,
        deal.block as u32,
        cut.is_some(),
    );
    summed(&part, sets, deal.blocks, shape)
}

/// Sums of so many runs of `length`.
pub(super) fn totals(part: &Buffer, blocks: usize, length: usize) -> Buffer {
    summed(part, 1, blocks, vec![length])
}
