//! Every operation beside the CPU's, at sizes that fill nothing evenly.

use crate::compare::{Draw, difference, run};
use crate::{card, cpu};
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use undertone::layers::{
    AttentiveStatistics, BatchNorm, BiLstm, ChannelNorm, Convolution, Convolution2d, Dense, GroupedConvolution, Init,
    KeyMask, LayerNorm, MaxPool, Mode, WeightedSum, clip_norm, dropout, gelu, global_average, noise, own_average,
    self_attention,
};

/// In parts of the largest number, or of 1: gradients of what is constant are 0 up to rounding.
const TOLERANCE: f32 = 2e-5;

fn agree<M: Module, const I: usize, const O: usize>(
    what: &str,
    shape: [usize; I],
    make: impl Fn(&Device) -> M,
    pass: impl Fn(&M, Tensor<I>, &mut Mode) -> Tensor<O>,
) {
    let Some(card) = card() else { return };
    let expected = run(&cpu(), shape, &make, &pass);
    let found = run(&card, shape, &make, &pass);
    assert_eq!(found.len(), expected.len());
    let mut worst = 0.0f32;
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let off = difference(found, expected, 1.0);
        assert!(off < TOLERANCE, "{what} {shape:?}: {off:.1e} in value {index}");
        worst = worst.max(off);
    }
    eprintln!("{what} {shape:?}: {worst:.1e}");
    assert_eq!(
        run(&card, shape, &make, &pass),
        found,
        "{what} {shape:?}: the same bits again"
    );
}

#[test]
fn convolutions_over_frames() {
    for (shape, outputs, kernel, same) in [
        ([3, 37, 5], 7, 5, true),
        ([1, 1, 3], 2, 4, true),
        ([2, 70, 33], 130, 3, true),
        ([5, 301, 22], 65, 4, false),
        ([2, 2, 8], 3, 5, true),
        ([1, 9, 1], 1, 2, false),
    ] {
        let make = |device: &Device| {
            let layer = Convolution::new(shape[2], outputs, kernel, &mut Init::new(1, device));
            if same { layer } else { layer.valid() }
        };
        agree("convolution", shape, make, |layer, x, _| layer.forward(x));
        agree("convolution and ReLU", shape, make, |layer, x, _| layer.forward_relu(x));
    }
}

#[test]
fn convolutions_over_images() {
    for (shape, outputs, kernel, same) in [
        ([3, 9, 14, 1], 17, 3, true),
        ([2, 5, 7, 3], 50, 4, true),
        ([1, 1, 5, 2], 4, 5, true),
        ([2, 33, 21, 18], 9, 3, false),
        ([1, 130, 67, 2], 130, 3, true),
    ] {
        let make = |device: &Device| {
            let layer = Convolution2d::new(shape[3], outputs, kernel, &mut Init::new(1, device));
            if same { layer } else { layer.valid() }
        };
        agree("image convolution", shape, make, |layer, x, _| layer.forward(x));
        agree("image convolution and ReLU", shape, make, |layer, x, _| {
            layer.forward_relu(x)
        });
    }
}

#[test]
fn dense_layers() {
    for (shape, outputs) in [
        ([1, 5], 7),
        ([33, 70], 130),
        ([7, 4099], 3),
        ([1, 1], 1),
        ([1030, 3], 129),
    ] {
        let make = |device: &Device| Dense::new(shape[1], outputs, &mut Init::new(1, device));
        agree("dense", shape, make, |layer, x, _| layer.forward(x));
        agree("dense and ReLU", shape, make, |layer, x, _| layer.forward_relu(x));
    }
    let make = |device: &Device| Dense::new(6, 5, &mut Init::new(1, device));
    agree("dense over steps", [3, 7, 6], make, |layer, x, _| {
        layer.forward_steps_relu(x)
    });
}

#[test]
fn batch_norms() {
    for shape in [
        [5, 6, 7, 18],
        [3, 80, 1, 5],
        [1, 1, 1, 33],
        [2, 1, 1, 3],
        [1, 131, 17, 300],
    ] {
        let make = |device: &Device| BatchNorm::new(shape[3], device);
        let pool = MaxPool::over_image([2, 3]).same();
        for steps in [Some(0), Some(20), None] {
            agree("batch norm", shape, make, |layer, x, _| {
                layer.forward(x.add_scalar(0.5), steps)
            });
            agree("batch norm and pooling", shape, make, |layer, x, _| {
                layer.forward_pool(x, pool, steps)
            });
        }
    }
    // A mean far from 0 costs no digits.
    let make = |device: &Device| BatchNorm::new(3, device);
    agree("batch norm far from 0", [700, 3], make, |layer, x: Tensor<2>, _| {
        layer.forward(x.add_scalar(100.0), Some(0)).sub_scalar(0.25)
    });
}

#[test]
fn max_pools() {
    let none = |_: &Device| Vec::<Dense>::new();
    for (pool, shape) in [
        (MaxPool::over_image([2, 2]), [3, 8, 6, 17]),
        (MaxPool::over_image([1, 2]), [2, 5, 7, 3]),
        (MaxPool::over_image([2, 3]).same(), [2, 5, 7, 20]),
        (MaxPool::over_image([3, 3]), [1, 3, 3, 1]),
    ] {
        agree("pooling", shape, none, |_, x, _| pool.forward(x));
        agree("pooling and ReLU", shape, none, |_, x, _| pool.forward_relu(x));
    }
    for (pool, shape) in [
        (MaxPool::over_frames(5, 2), [3, 38, 5]),
        (MaxPool::over_frames(5, 2).same(), [1, 37, 33]),
        (MaxPool::over_frames(3, 4).same(), [2, 11, 3]),
        (MaxPool::over_frames(1, 1), [2, 1, 1]),
    ] {
        agree("pooling of frames", shape, none, |_, x, _| pool.forward_relu(x));
    }
}

#[test]
fn lstms() {
    for ([clips, steps, inputs], units) in [
        ([1, 1, 1], 1),
        ([2, 1, 3], 32),
        ([7, 5, 4], 33),
        ([3, 9, 40], 64),
        ([2, 12, 20], 5),
        ([1, 3, 7], 270),
    ] {
        let make = |device: &Device| BiLstm::new(inputs, units, &mut Init::new(1, device));
        agree(
            &format!("LSTM of {units}"),
            [clips, steps, inputs],
            make,
            |layer, x, _| layer.forward(x),
        );
    }
}

#[test]
fn draws_are_those_of_the_cpu() {
    let none = |_: &Device| Vec::<Dense>::new();
    for shape in [[1, 1, 1], [3, 37, 5], [5, 113, 97]] {
        for rate in [0.1, 0.5, 0.9] {
            agree("dropout", shape, none, |_, x, mode| dropout(x, rate, mode));
        }
        agree("noise", shape, none, |_, x, mode| noise(x, 0.3, mode));
    }
}

#[test]
fn what_is_composed() {
    let none = |_: &Device| Vec::<Dense>::new();
    let mask = KeyMask::new(&[7, 5], 7);
    agree("self-attention", [2, 7, 36], none, |_, x, _| {
        mask.cleared(self_attention(x, 3, &mask, None))
    });
    let channel_norm = |device: &Device| ChannelNorm {
        gamma: Param::from_tensor(Tensor::ones([5], device)),
        beta: Param::from_tensor(Tensor::zeros([5], device)),
        epsilon: 1e-5,
    };
    agree("channel norm", [2, 7, 5], channel_norm, |layer, x, _| {
        mask.cleared(layer.forward(x, &mask))
    });
    agree("GELU", [3, 7, 5], none, |_, x, _| gelu(x));
    agree("norm of a clip", [3, 7, 5], none, |_, x, _| clip_norm(x, None));
    agree("average", [3, 7, 5], none, |_, x, _| global_average(x));
    agree("own average", [1, 7, 5], none, |_, x, _| {
        let device = x.device();
        own_average(x, Some(Tensor::ones([1, 7, 1], &device)))
    });
    let make = |device: &Device| AttentiveStatistics::new(5, 3, &mut Init::new(1, device));
    agree("attentive statistics", [3, 7, 5], make, |layer, x, _| {
        layer.forward(x, None)
    });
    let make = |device: &Device| LayerNorm::new(33, 1e-5, device);
    agree("layer norm", [3, 7, 33], make, |layer, x, _| layer.forward(x));
    let make = |device: &Device| WeightedSum::new(3, &Init::new(1, device));
    agree("weighted sum", [5, 21], make, |layer, x, _| layer.forward(x));
    let make = |device: &Device| GroupedConvolution::from_torch(&Draw(1).values(90), vec![0.0; 6], 2, 5, device);
    agree("grouped convolution", [2, 9, 6], make, |layer, x, _| layer.forward(x));
}

#[test]
fn draws_look_random() {
    let values = Draw(1).values(1000);
    assert!(values.iter().sum::<f32>().abs() < 60.0 && values.iter().all(|value| value.abs() <= 1.0));
}
