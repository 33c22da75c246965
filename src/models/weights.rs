//! Weights on disk, as safetensors.

use super::ModelError;
use crate::files;
use burn::module::{Module, ModuleVisitor, Param};
use burn::store::{ModuleSnapshot, SafetensorsStore};
use burn::tensor::Tensor;
use std::fmt::Display;
use std::fs;
use std::path::Path;

/// Tensors of a file of weights whose names begin so are none of the network's, and passed over.
pub const BESIDE_WEIGHTS: &str = "state.";

/// The weights as a file's content. The same weights give the same bytes.
pub(super) fn to_bytes<M: Module>(module: &M, architecture: &str) -> Result<Vec<u8>, String> {
    let mut store = SafetensorsStore::from_bytes(None)
        .clear_metadata()
        .metadata("architecture", architecture);
    module.save_into(&mut store).map_err(|error| error.to_string())?;
    store.get_bytes().map_err(|error| error.to_string())
}

/// Writes the weights, whole or not at all.
pub(super) fn save<M: Module>(module: &M, architecture: &str, path: &Path) -> Result<(), ModelError> {
    let refuse = |problem: &dyn Display| unwritable(path, problem);
    let bytes = to_bytes(module, architecture).map_err(|error| refuse(&error))?;
    files::replace(path, &bytes).map_err(|error| refuse(&error))
}

pub(super) fn unwritable(path: &Path, problem: &dyn Display) -> ModelError {
    ModelError::Weights {
        path: path.to_owned(),
        problem: format!("cannot be written: {problem}; free space there or choose another folder"),
    }
}

/// Reads weights into a network of the same architecture and sizes.
pub(super) fn load<M: Module>(mut module: M, path: &Path) -> Result<M, ModelError> {
    let refuse = |problem: String| ModelError::Weights {
        path: path.to_owned(),
        problem,
    };
    let bytes = fs::read(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let mut store = SafetensorsStore::from_bytes(Some(bytes))
        .allow_partial(true)
        .validate(false);
    let result = module.load_from(&mut store).map_err(|error| {
        refuse(format!(
            "damaged or no safetensors file ({error}); train again, or copy the file again"
        ))
    })?;
    let mismatch = result
        .errors
        .first()
        .map(ToString::to_string)
        .or_else(|| result.missing.first().map(|(name, _)| format!("{name} is missing")))
        .or_else(|| {
            let foreign = result.unused.iter().find(|name| !name.starts_with(BESIDE_WEIGHTS));
            foreign.map(|name| format!("{name} is not a weight of this network"))
        });
    if let Some(mismatch) = mismatch {
        return Err(refuse(format!(
            "made by another architecture or with other sizes ({mismatch}); \
             use the settings that it was trained with"
        )));
    }
    let mut finite = Finite(true);
    module.visit(&mut finite);
    if finite.0 {
        Ok(module)
    } else {
        Err(refuse(
            "holds values that are no numbers; train again, or copy the file again".to_owned(),
        ))
    }
}

/// Whether all weights are finite: a network with others answers nonsense to everything.
struct Finite(bool);

impl ModuleVisitor for Finite {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        self.0 &= data.iter::<f32>().all(f32::is_finite);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Conv1dSettings, ModelSettings, Network};
    use super::*;
    use crate::device::device;
    use crate::models::fixture::settings;

    fn network(filters: &[usize], seed: u64) -> Network {
        let settings = ModelSettings {
            conv1d: Conv1dSettings {
                filters: filters.to_vec(),
                kernel_size: 3,
                pool_size: 2,
                dropout: 0.3,
                dense_units: 5,
                dense_dropout: 0.4,
            },
            ..settings("conv1d")
        };
        Network::new(&settings, (10, 4), 3, seed, &device("flex").unwrap()).unwrap()
    }

    fn logits(network: &Network) -> Vec<f32> {
        let batch = Tensor::ones([1, 10, 4], &network.device());
        network.forward(batch).into_data().try_into_vec().unwrap()
    }

    #[test]
    fn weights_come_back_exactly_and_equal_weights_give_equal_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (first, again) = (folder.path().join("a.safetensors"), folder.path().join("b.safetensors"));
        let saved = network(&[4, 6], 1);
        saved.save(&first).unwrap();
        network(&[4, 6], 1).save(&again).unwrap();
        assert_eq!(fs::read(&first).unwrap(), fs::read(&again).unwrap());
        let other = network(&[4, 6], 2);
        assert_ne!(logits(&other), logits(&saved));
        assert_eq!(logits(&other.load(&first).unwrap()), logits(&saved));
    }

    #[test]
    fn damaged_and_foreign_files_are_refused_with_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.safetensors");
        let refusal = || {
            let message = network(&[4, 6], 1).load(&path).unwrap_err().to_string();
            assert!(message.contains("weights.safetensors"), "{message}");
            message
        };
        assert!(refusal().contains("cannot be read"));
        network(&[4, 6], 1).save(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in [0, 4, 100, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(refusal().contains("damaged"), "{length}");
        }
        fs::write(&path, b"<html>not found</html>").unwrap();
        assert!(refusal().contains("damaged"));
        network(&[4, 7], 1).save(&path).unwrap();
        assert!(refusal().contains("other sizes"));
        network(&[4, 6, 8], 1).save(&path).unwrap();
        assert!(refusal().contains("other sizes"));
        network(&[4], 1).save(&path).unwrap();
        assert!(refusal().contains("other sizes"));
        let mut bytes = whole;
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        fs::write(&path, &bytes).unwrap();
        assert!(refusal().contains("no numbers"));
    }

    #[test]
    fn a_failed_write_names_the_path_and_keeps_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("best.safetensors");
        fs::create_dir_all(path.join("inside")).unwrap();
        let message = network(&[4], 1).save(&path).unwrap_err().to_string();
        assert!(message.contains("best.safetensors: cannot be written"), "{message}");
        assert!(path.join("inside").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
