//! What encoders of several families are put together from.

mod attention;
mod transformer_layer;

pub use attention::Attention;
pub use transformer_layer::TransformerLayer;
pub(super) use transformer_layer::{LayerNames, LayerSizes};
