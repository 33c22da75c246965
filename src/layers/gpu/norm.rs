//! Batch normalisation: means and variances block by block of rows, put together, and applied.

use super::columns::{Deal, THREADS, of_column, totals};
use crate::layers::buffer::Buffer;
use crate::layers::operation::Outcome;
use crate::layers::{Operation, Pullback};
use cubecl::prelude::*;
use std::sync::{Arc, OnceLock};

/// The mean of each block of rows, and the sum of squared distances from it, column by column: the mean is known before
/// distances are squared, so that a large one costs no digits.
#[cube(launch)]
fn moments_of_blocks(input: &[f32], part: &mut [f32], rows: u32, columns: u32, width: u32, block: u32) {
    let mut shared = Shared::<[f32]>::new_slice(THREADS);
    let thread = UNIT_POS_X;
    let column = CUBE_POS_Y * width + thread % width;
    let begin = CUBE_POS_X * block;
    let end = min(begin + block, rows);
    let lanes = THREADS as u32 / width;
    let mut sum = 0.0f32;
    let mut row = begin + thread / width;
    if column < columns {
        while row < end {
            sum += input[(row * columns + column) as usize];
            row += lanes;
        }
    }
    shared[thread as usize] = sum;
    sync_cube();
    let mean = of_column(&shared, width) / f32::cast_from(end - begin);
    sync_cube();
    let mut squares = 0.0f32;
    let mut row = begin + thread / width;
    if column < columns {
        while row < end {
            let off = input[(row * columns + column) as usize] - mean;
            squares += off * off;
            row += lanes;
        }
    }
    shared[thread as usize] = squares;
    sync_cube();
    if thread < width && column < columns {
        let at = CUBE_POS_X * 2 * columns + column;
        part[at as usize] = mean;
        part[(at + columns) as usize] = of_column(&shared, width);
    }
}

/// Mean and variance of all rows from those of the blocks (Chan, Golub and LeVeque 1979), and, where `counted`, running
/// ones that keep a share of the old.
#[cube(launch)]
fn moments_of_all(
    part: &[f32],
    old_mean: &[f32],
    old_variance: &[f32],
    mean: &mut [f32],
    variance: &mut [f32],
    new_mean: &mut [f32],
    new_variance: &mut [f32],
    rows: u32,
    columns: u32,
    block: u32,
    blocks: u32,
    kept: f32,
    #[comptime] counted: bool,
) {
    let mut shared = Shared::<[f32]>::new_slice(THREADS);
    let width = 32u32;
    let thread = UNIT_POS_X;
    let column = CUBE_POS_X * width + thread % width;
    let lanes = THREADS as u32 / width;
    let mut sum = 0.0f32;
    let mut index = thread / width;
    if column < columns {
        while index < blocks {
            let count = min(block, rows - index * block);
            sum += f32::cast_from(count) * part[(index * 2 * columns + column) as usize];
            index += lanes;
        }
    }
    shared[thread as usize] = sum;
    sync_cube();
    let average = of_column(&shared, width) / f32::cast_from(rows);
    sync_cube();
    let mut squares = 0.0f32;
    let mut index = thread / width;
    if column < columns {
        while index < blocks {
            let count = min(block, rows - index * block);
            let at = index * 2 * columns + column;
            let off = part[at as usize] - average;
            squares += part[(at + columns) as usize] + f32::cast_from(count) * off * off;
            index += lanes;
        }
    }
    shared[thread as usize] = squares;
    sync_cube();
    if thread < width && column < columns {
        let spread = of_column(&shared, width) / f32::cast_from(rows);
        let at = column as usize;
        mean[at] = average;
        variance[at] = spread;
        if comptime!(counted) {
            new_mean[at] = kept * old_mean[at] + (1.0f32 - kept) * average;
            new_variance[at] = kept * old_variance[at] + (1.0f32 - kept) * spread;
        }
    }
}

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta`.
#[cube(launch)]
fn apply(
    input: &[f32],
    mean: &[f32],
    variance: &[f32],
    gamma: &[f32],
    beta: &[f32],
    output: &mut [f32],
    columns: u32,
    epsilon: f32,
) {
    let index = ABSOLUTE_POS;
    if index < output.len() {
        let column = index % columns as usize;
        let scale = gamma[column] / f32::sqrt(variance[column] + epsilon);
        output[index] = (input[index] - mean[column]) * scale + beta[column];
    }
}

/// Sums of the gradients, and of the gradients times the normalised values, of each block of rows.
#[cube(launch)]
fn sums_of_blocks(
    input: &[f32],
    gradient: &[f32],
    mean: &[f32],
    variance: &[f32],
    part: &mut [f32],
    rows: u32,
    columns: u32,
    width: u32,
    block: u32,
    epsilon: f32,
) {
    let mut shared = Shared::<[f32]>::new_slice(THREADS);
    let thread = UNIT_POS_X;
    let column = CUBE_POS_Y * width + thread % width;
    let end = min((CUBE_POS_X + 1) * block, rows);
    let mut row = CUBE_POS_X * block + thread / width;
    let mut sum = 0.0f32;
    let mut products = 0.0f32;
    if column < columns {
        let mean = mean[column as usize];
        let inverse = 1.0f32 / f32::sqrt(variance[column as usize] + epsilon);
        while row < end {
            let at = (row * columns + column) as usize;
            let value = gradient[at];
            sum += value;
            products += value * ((input[at] - mean) * inverse);
            row += THREADS as u32 / width;
        }
    }
    shared[thread as usize] = sum;
    sync_cube();
    let sum = of_column(&shared, width);
    sync_cube();
    shared[thread as usize] = products;
    sync_cube();
    if thread < width && column < columns {
        let at = CUBE_POS_X * 2 * columns + column;
        part[at as usize] = sum;
        part[(at + columns) as usize] = of_column(&shared, width);
    }
}

/// The gradients of input, gamma and beta. `sums` are those of the gradients, and of the gradients times the normalised values.
#[cube(launch)]
fn apply_back(
    input: &[f32],
    gradient: &[f32],
    mean: &[f32],
    variance: &[f32],
    sums: &[f32],
    gamma: &[f32],
    output: &mut [f32],
    to_gamma: &mut [f32],
    to_beta: &mut [f32],
    rows: u32,
    columns: u32,
    epsilon: f32,
    #[comptime] of_batch: bool,
) {
    let index = ABSOLUTE_POS;
    if index < output.len() {
        let columns = columns as usize;
        let column = index % columns;
        let inverse = 1.0f32 / f32::sqrt(variance[column] + epsilon);
        let mut value = gradient[index];
        if comptime!(of_batch) {
            let normalised = (input[index] - mean[column]) * inverse;
            value -= (sums[column] + normalised * sums[columns + column]) / f32::cast_from(rows);
        }
        output[index] = gamma[column] * inverse * value;
        if index < columns {
            to_beta[index] = sums[index];
            to_gamma[index] = sums[columns + index];
        }
    }
}

/// Mean and variance of each channel.
pub type Moments = [Buffer; 2];

/// The running statistics of a layer that counts a batch.
#[derive(Debug)]
pub struct Running {
    pub old: Moments,
    /// What share of the old is left.
    pub kept: f32,
    /// The new ones are stored there.
    pub new: Arc<OnceLock<Moments>>,
}

/// Where mean and variance come from.
#[derive(Debug)]
pub enum Source {
    /// From the batch.
    Batch(Option<Running>),
    Known(Moments),
}

/// Batch normalisation; the inputs are values, gamma, beta.
#[derive(Debug)]
pub struct Normalise {
    pub source: Source,
    /// Added to the variance.
    pub epsilon: f32,
}

fn moments_of(input: &Buffer, columns: usize, running: Option<Running>) -> Moments {
    let deal = Deal::new(input.numbers() / columns, columns);
    let part = input.empty([deal.blocks * 2 * columns]);
    let (count, threads) = deal.cubes(1);
    let (rows, width, block) = (deal.rows as u32, deal.width as u32, deal.block as u32);
    moments_of_blocks::launch(
        input.client(),
        count,
        threads,
        input.arg(),
        part.arg(),
        rows,
        columns as u32,
        width,
        block,
    );
    let pair = || [(); 2].map(|()| input.empty([columns]));
    let [mean, variance] = pair();
    let [new_mean, new_variance] = pair();
    let [old_mean, old_variance] = running.as_ref().map_or([&part; 2], |running| running.old.each_ref());
    moments_of_all::launch(
        input.client(),
        CubeCount::Static(columns.div_ceil(32) as u32, 1, 1),
        CubeDim::new_1d(THREADS as u32),
        part.arg(),
        old_mean.arg(),
        old_variance.arg(),
        mean.arg(),
        variance.arg(),
        new_mean.arg(),
        new_variance.arg(),
        rows,
        columns as u32,
        block,
        deal.blocks as u32,
        running.as_ref().map_or(0.0, |running| running.kept),
        running.is_some(),
    );
    if let Some(running) = running {
        // Only this line sets it.
        let _ = running.new.set([new_mean, new_variance]);
    }
    [mean, variance]
}

impl Operation<3, Buffer> for Normalise {
    fn forward(self: Box<Self>, [input, gamma, beta]: [Buffer; 3], tracked: bool) -> Outcome<3, Buffer> {
        let columns = gamma.numbers();
        let epsilon = self.epsilon;
        let of_batch = matches!(self.source, Source::Batch(_));
        let moments = match self.source {
            Source::Batch(running) => moments_of(&input, columns, running),
            Source::Known(moments) => moments,
        };
        let output = input.empty(input.shape().to_vec());
        let (cubes, threads) = output.each();
        apply::launch(
            input.client(),
            cubes,
            threads,
            input.arg(),
            moments[0].arg(),
            moments[1].arg(),
            gamma.arg(),
            beta.arg(),
            output.arg(),
            columns as u32,
            epsilon,
        );
        let back = || {
            Arc::new(NormaliseBack {
                input,
                gamma,
                moments,
                of_batch,
                epsilon,
            }) as _
        };
        (output, tracked.then(back))
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct NormaliseBack {
    input: Buffer,
    gamma: Buffer,
    moments: Moments,
    of_batch: bool,
    epsilon: f32,
}

impl Pullback<3, Buffer> for NormaliseBack {
    fn backward(&self, gradient: Buffer, _: [bool; 3]) -> [Option<Buffer>; 3] {
        let Self {
            input, gamma, moments, ..
        } = self;
        let columns = gamma.numbers();
        let deal = Deal::new(input.numbers() / columns, columns);
        let part = input.empty([deal.blocks * 2 * columns]);
        let (count, threads) = deal.cubes(1);
        sums_of_blocks::launch(
            input.client(),
            count,
            threads,
            input.arg(),
            gradient.arg(),
            moments[0].arg(),
            moments[1].arg(),
            part.arg(),
            deal.rows as u32,
            columns as u32,
            deal.width as u32,
            deal.block as u32,
            self.epsilon,
        );
        let sums = totals(&part, deal.blocks, 2 * columns);
        let output = input.empty(input.shape().to_vec());
        let [to_gamma, to_beta] = [(); 2].map(|()| input.empty([columns]));
        let (cubes, threads) = output.each();
        apply_back::launch(
            input.client(),
            cubes,
            threads,
            input.arg(),
            gradient.arg(),
            moments[0].arg(),
            moments[1].arg(),
            sums.arg(),
            gamma.arg(),
            output.arg(),
            to_gamma.arg(),
            to_beta.arg(),
            deal.rows as u32,
            columns as u32,
            self.epsilon,
            self.of_batch,
        );
        [output, to_gamma, to_beta].map(Some)
    }
}
