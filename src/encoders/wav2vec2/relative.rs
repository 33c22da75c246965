//! WavLM's gated relative position bias.

use super::config::RelativeSizes;
use crate::encoders::EncoderError;
use crate::encoders::checkpoint::Checkpoint;
use crate::encoders::parts::{LayerSizes, TransformerLayer};
use crate::layers::Dense;
use burn::module::{Module, Param};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Int, Tensor, TensorData, s};

/// What all layers add to the scores of their attention, by the distance of two frames; it lies in the first layer.
#[derive(Module, Debug)]
pub struct RelativePosition {
    /// (buckets, heads).
    embedding: Param<Tensor<2>>,
    /// Frames from which on distances are all the same.
    furthest: usize,
}

/// How much of it a frame of one layer takes (Chi et al. 2022).
#[derive(Module, Debug)]
pub struct Gate {
    /// A head's part of the frame to two numbers.
    gates: Dense,
    /// (1, heads, 1, 1).
    constant: Param<Tensor<4>>,
}

impl RelativePosition {
    /// Reads the weights.
    pub fn read(heads: usize, sizes: RelativeSizes, checkpoint: &mut Checkpoint) -> Result<Self, EncoderError> {
        let name = "encoder.layers.0.attention.rel_attn_embed.weight";
        Ok(Self {
            embedding: checkpoint.param(name, [sizes.buckets, heads])?,
            furthest: sizes.furthest,
        })
    }

    /// All weights zero.
    pub fn silent(heads: usize, sizes: RelativeSizes, device: &Device) -> Self {
        Self {
            embedding: Param::from_tensor(Tensor::zeros([sizes.buckets, heads], device)),
            furthest: sizes.furthest,
        }
    }

    /// The bias of each pair of so many frames (1, heads, frames, frames).
    pub fn bias(&self, frames: usize) -> Tensor<4> {
        let [buckets, heads] = self.embedding.dims();
        let far = frames as i64 - 1;
        let kinds: Vec<i64> = (-far..=far)
            .map(|distance| bucket(distance, buckets, self.furthest) as i64)
            .collect();
        let count = kinds.len();
        let kinds: Tensor<1, Int> = Tensor::from_data(TensorData::new(kinds, [count]), &self.embedding.device());
        // (heads, distances), from the furthest before to the furthest behind.
        let row = self.embedding.val().select(0, kinds).transpose();
        if frames < 2 {
            return row.reshape([1, heads, 1, 1]);
        }
        // Each frame's row begins one distance earlier than the row before it: rows of one number less, side by side.
        let rows: Tensor<2> = row
            .unsqueeze_dim::<3>(1)
            .repeat_dim(1, frames)
            .reshape([heads, frames * count]);
        let rows = rows.slice(s![.., frames - 1..frames - 1 + frames * (count - 1)]);
        let rows: Tensor<4> = rows.reshape([1, heads, frames, count - 1]);
        rows.slice(s![.., .., .., 0..frames])
    }
}

/// The kind of a distance: half of them for frames behind, a quarter for single distances, the others growing by a
/// factor up to the furthest (Raffel et al. 2020).
fn bucket(distance: i64, buckets: usize, furthest: usize) -> usize {
    let half = buckets / 2;
    let single = half / 2;
    let behind = if distance > 0 { half } else { 0 };
    let distance = distance.unsigned_abs() as usize;
    if distance < single {
        return behind + distance;
    }
    let share = (distance as f32 / single as f32).ln() / (furthest as f64 / single as f64).ln() as f32;
    let grown = single + (share * (half - single) as f32) as usize;
    behind + grown.min(half - 1)
}

impl Gate {
    /// All weights zero.
    pub fn silent(sizes: LayerSizes, device: &Device) -> Self {
        Self {
            gates: Dense::silent(sizes.width / sizes.heads, 2, device),
            constant: Param::from_tensor(Tensor::zeros([1, sizes.heads, 1, 1], device)),
        }
    }

    /// Reads the weights of the layer of that name.
    pub fn read(sizes: LayerSizes, layer: &str, checkpoint: &mut Checkpoint) -> Result<Self, EncoderError> {
        let (heads, depth) = (sizes.heads, sizes.width / sizes.heads);
        let name = format!("{layer}.attention");
        let weights = checkpoint.take(&format!("{name}.gru_rel_pos_linear.weight"), &[8, depth])?;
        let bias = checkpoint.take(&format!("{name}.gru_rel_pos_linear.bias"), &[8])?;
        // Of eight numbers the first and the last four are only ever added up.
        let sum = |from: usize, column: usize| (from..from + 4).map(|row| weights[row * depth + column]).sum();
        let summed: Vec<f32> = [0, 4]
            .into_iter()
            .flat_map(|from| (0..depth).map(move |column| (from, column)))
            .map(|(from, column)| sum(from, column))
            .collect();
        let bias = bias.chunks(4).map(|part| part.iter().sum()).collect();
        Ok(Self {
            gates: Dense::from_rows(&summed, bias, &checkpoint.device),
            constant: checkpoint.param(&format!("{name}.gru_rel_pos_const"), [1, heads, 1, 1])?,
        })
    }

    /// What the attention of a layer adds to its scores, from what goes into the layer.
    pub fn of_layer(&self, layer: &TransformerLayer, hidden: &Tensor<3>, bias: &Tensor<4>) -> Tensor<4> {
        let seen = hidden.clone();
        let seen = if layer.pre_norm {
            layer.attention_norm.forward(seen)
        } else {
            seen
        };
        self.forward(seen, bias)
    }

    /// What the attention of `input` (clips, frames, width) adds to its scores: `(a (b c - 1) + 2) bias`, where a and b
    /// are the sigmoids of the two numbers.
    fn forward(&self, input: Tensor<3>, bias: &Tensor<4>) -> Tensor<4> {
        let [clips, frames, width] = input.dims();
        let heads = self.constant.dims()[1];
        let input = input.reshape([clips * frames * heads, width / heads]);
        let gates = sigmoid(self.gates.forward(input)).reshape([clips, frames, heads, 2]);
        let gates = gates.swap_dims(1, 2);
        let [first, second] = [0, 1].map(|index| gates.clone().slice(s![.., .., .., index..index + 1]));
        (first * (second * self.constant.val() - 1.0) + 2.0) * bias.clone()
    }
}

#[cfg(test)]
impl Gate {
    /// The weights that a head's part of a frame is multiplied by.
    pub fn weights(&self) -> &Param<Tensor<2>> {
        &self.gates.kernel
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;

    #[test]
    fn distances_are_told_apart_up_to_the_furthest() {
        let of = |distance| bucket(distance, 320, 800);
        assert_eq!([0, -1, -79, -80].map(of), [0, 1, 79, 80]);
        assert_eq!([1, 79, 80].map(of), [161, 239, 240]);
        assert_eq!([-799, -800, -1499, 800, 1499].map(of), [159, 159, 159, 319, 319]);
        // Twice the single distances lie at log 2 / log 10 of the growing kinds.
        assert_eq!(of(-160), 80 + 24);
    }

    #[test]
    fn each_pair_of_frames_has_the_bias_of_its_distance() {
        let device = device("flex").unwrap();
        let relative = RelativePosition {
            embedding: Param::from_data(TensorData::new((0..16).map(|x| x as f32).collect(), [8, 2]), &device),
            furthest: 6,
        };
        for frames in [1, 2, 9] {
            let bias = relative.bias(frames);
            assert_eq!(bias.dims(), [1, 2, frames, frames]);
            let bias = bias.into_data().try_into_vec::<f32>().unwrap();
            for (index, found) in bias.iter().enumerate() {
                let (head, query, key) = (index / frames / frames, index / frames % frames, index % frames);
                let kind = bucket(key as i64 - query as i64, 8, 6);
                assert_eq!(*found, (2 * kind + head) as f32);
            }
        }
    }
}
