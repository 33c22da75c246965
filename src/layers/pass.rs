//! How a batch passes a network: as in training or as in inference.

use super::segments::Segments;
use crate::random::Stream;
use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rand::RngExt;

/// Whether a batch passes the network as in training, with noise, batch statistics and dropout, or as in inference
/// (PyTorch `train()` and `eval()`).
#[derive(Debug)]
pub enum Mode<'a> {
    /// Nothing is drawn; batch normalisation takes the running statistics.
    Inference,
    /// Noise and dropout are drawn, and batch normalisation takes the batch's statistics.
    Training(&'a mut TrainingPass),
}

impl Mode<'_> {
    /// In training, the steps that were taken before this pass.
    pub fn steps(&self) -> Option<u64> {
        match self {
            Self::Inference => None,
            Self::Training(pass) => Some(pass.steps),
        }
    }

    /// In training, whether a layer is left out of this pass, with that probability (LayerDrop, Fan, Grave and Joulin
    /// 2020); never in inference.
    pub fn leaves_out(&mut self, probability: f64) -> bool {
        match self {
            Self::Training(pass) if probability > 0.0 => pass.stream.random::<f64>() < probability,
            _ => false,
        }
    }

    /// Passes a part of a network, whose weights are those of `module` and which draws nothing at random. A training pass
    /// with [`TrainingPass::checkpointing`] keeps of it only what went in, which must be the output of another segment, or
    /// of operations that lead nowhere else.
    pub fn segment<M: Module + 'static>(
        &mut self,
        module: &M,
        input: Tensor<3>,
        pass: impl Fn(&M, Tensor<3>) -> Tensor<3> + Send + 'static,
    ) -> Tensor<3> {
        match self {
            Self::Training(TrainingPass {
                segments: Some(segments),
                ..
            }) => segments.pass(module, input, pass),
            _ => pass(module, input),
        }
    }
}

/// Where noise and dropout come from, and how far the training has come, which decides how much weight the running
/// statistics of batch normalisation give to a batch.
#[derive(Debug)]
pub struct TrainingPass {
    /// What noise and dropout draw their keys from.
    pub stream: Stream,
    /// Steps that were taken before this pass.
    pub steps: u64,
    /// Parts whose activations are not kept, where they are not.
    segments: Option<Segments>,
}

impl TrainingPass {
    /// The pass after so many steps.
    pub fn new(stream: Stream, steps: u64) -> Self {
        Self {
            stream,
            steps,
            segments: None,
        }
    }

    /// Whether networks keep of their segments ([`Mode::segment`]) only what went in, and pass them a second time on the way
    /// back: less memory for more time.
    pub fn checkpointing(self, checkpointing: bool) -> Self {
        Self {
            segments: checkpointing.then(Segments::default),
            ..self
        }
    }

    /// The gradients of a network's parameters, from the loss of what it gave in this pass.
    pub fn backward<M: Module>(&mut self, loss: Tensor<1>, network: &M) -> GradientsParams {
        match &mut self.segments {
            Some(segments) => segments.backward(loss, network),
            None => GradientsParams::from_grads(loss.backward(), network),
        }
    }
}
