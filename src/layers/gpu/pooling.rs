//! Max pooling. Backwards each input asks the windows that it lies in, so that nothing is scattered.

use crate::layers::buffer::Buffer;
use crate::layers::buffer::cubes_for;
use crate::layers::kernels::pooling::Windows;
use crate::layers::operation::Outcome;
use crate::layers::{Operation, Pullback};
use cubecl::prelude::*;
use std::sync::Arc;

/// In place of the chosen position where a ReLU cut the largest off: no gradient flows.
const NONE: f32 = 255.0;

#[derive(CubeType, CubeLaunch, Clone, Copy)]
struct Layout {
    height: u32,
    width: u32,
    out_height: u32,
    out_width: u32,
    tall: u32,
    wide: u32,
    step_down: u32,
    step_across: u32,
    before_height: u32,
    before_width: u32,
    channels: u32,
}

fn layout(windows: &Windows) -> LayoutLaunch {
    LayoutLaunch::new(
        windows.input[0] as u32,
        windows.input[1] as u32,
        windows.output[0] as u32,
        windows.output[1] as u32,
        windows.size[0] as u32,
        windows.size[1] as u32,
        windows.stride[0] as u32,
        windows.stride[1] as u32,
        windows.before[0] as u32,
        windows.before[1] as u32,
        windows.channels as u32,
    )
}

/// The largest of each window, the first of equals; what is no number is the largest. `chosen` is its place in the window.
#[cube(launch)]
fn largest(input: &[f32], output: &mut [f32], chosen: &mut [f32], layout: Layout, #[comptime] relu: bool) {
    if ABSOLUTE_POS < output.len() {
        let index = ABSOLUTE_POS as u32;
        let channel = index % layout.channels;
        let pixel = index / layout.channels;
        let column = pixel % layout.out_width;
        let row = pixel / layout.out_width % layout.out_height;
        let clip = pixel / layout.out_width / layout.out_height;
        let mut best = 0.0f32;
        let mut place = f32::new(NONE);
        for k in 0..layout.tall {
            // Before the border it wraps around to more than any image has.
            let y = row * layout.step_down + k - layout.before_height;
            for l in 0..layout.wide {
                let x = column * layout.step_across + l - layout.before_width;
                if y < layout.height && x < layout.width {
                    let at = ((clip * layout.height + y) * layout.width + x) * layout.channels + channel;
                    let value = input[at as usize];
                    // Not greater than itself: no number.
                    let is_none = !(value >= value);
                    if place == NONE || value > best || (is_none && best >= best) {
                        best = value;
                        place = f32::cast_from(k * layout.wide + l);
                    }
                }
            }
        }
        if comptime!(relu) {
            if best <= 0.0f32 {
                best = 0.0f32;
                place = f32::new(NONE);
            }
        }
        output[index as usize] = best;
        chosen[index as usize] = place;
    }
}

#[cube(launch)]
fn largest_back(gradient: &[f32], chosen: &[f32], output: &mut [f32], layout: Layout) {
    if ABSOLUTE_POS < output.len() {
        let index = ABSOLUTE_POS as u32;
        let channel = index % layout.channels;
        let pixel = index / layout.channels;
        let x = pixel % layout.width + layout.before_width;
        let y = pixel / layout.width % layout.height + layout.before_height;
        let clip = pixel / layout.width / layout.height;
        let mut sum = 0.0f32;
        // Windows that begin at or before the position and reach it.
        let mut row = 0u32;
        if y >= layout.tall {
            row = (y - layout.tall) / layout.step_down + 1;
        }
        while row * layout.step_down <= y && row < layout.out_height {
            let k = y - row * layout.step_down;
            let mut column = 0u32;
            if x >= layout.wide {
                column = (x - layout.wide) / layout.step_across + 1;
            }
            while column * layout.step_across <= x && column < layout.out_width {
                let l = x - column * layout.step_across;
                let at = ((clip * layout.out_height + row) * layout.out_width + column) * layout.channels + channel;
                if chosen[at as usize] == f32::cast_from(k * layout.wide + l) {
                    sum += gradient[at as usize];
                }
                column += 1;
            }
            row += 1;
        }
        output[index as usize] = sum;
    }
}

/// The largest of each window; with `relu`, negative results are replaced by zero.
#[derive(Debug)]
pub struct Pool {
    pub windows: Windows,
    pub relu: bool,
    /// Of the output.
    pub shape: Vec<usize>,
}

impl Operation<1, Buffer> for Pool {
    fn forward(self: Box<Self>, [input]: [Buffer; 1], tracked: bool) -> Outcome<1, Buffer> {
        let Self { windows, relu, shape } = *self;
        let (output, chosen) = (input.empty(shape.clone()), input.empty(shape));
        let (cubes, threads) = output.each();
        largest::launch(
            input.client(),
            cubes,
            threads,
            input.arg(),
            output.arg(),
            chosen.arg(),
            layout(&windows),
            relu,
        );
        let shape = input.shape().to_vec();
        (
            output,
            tracked.then(|| Arc::new(PoolBack { windows, shape, chosen }) as _),
        )
    }
}

/// Kept for the backward pass.
#[derive(Debug)]
struct PoolBack {
    windows: Windows,
    shape: Vec<usize>,
    chosen: Buffer,
}

impl Pullback<1, Buffer> for PoolBack {
    fn backward(&self, gradient: Buffer, _: [bool; 1]) -> [Option<Buffer>; 1] {
        let output = gradient.empty(self.shape.clone());
        let (cubes, threads) = cubes_for(output.client(), output.numbers());
        largest_back::launch(
            output.client(),
            cubes,
            threads,
            gradient.arg(),
            self.chosen.arg(),
            output.arg(),
            layout(&self.windows),
        );
        [Some(output)]
    }
}
