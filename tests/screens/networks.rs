//! Hand-made architectures and presets.

use undertone::engine::{LayerSummary, ModelRow, ModelSummary, Preset, Provenance};

/// Two architectures.
pub fn models() -> Vec<ModelRow> {
    let row = |name: &str, about: &str, input, parameters, multiply_adds| ModelRow {
        name: name.to_owned(),
        about: about.to_owned(),
        input,
        classes: 8,
        parameters,
        multiply_adds,
    };
    vec![
        row(
            "conv1d",
            "convolutions over frames, averaged, and a dense layer",
            (108, 22),
            212_232,
            10_401_792,
        ),
        row(
            "crnn",
            "two convolutions, and a bidirectional LSTM over what they find",
            (143, 40),
            808_712,
            166_863_616,
        ),
    ]
}

/// A network's layers.
pub fn layers() -> ModelSummary {
    let layer = |layer: &str, output: &[usize], trainable, fixed, multiply_adds| LayerSummary {
        layer: layer.to_owned(),
        output: output.to_vec(),
        trainable,
        fixed,
        multiply_adds,
    };
    let layers = vec![
        layer("convolution 32, kernel 3 x 3, ReLU", &[143, 40, 32], 320, 0, 1_647_360),
        layer("batch normalisation", &[143, 40, 32], 64, 64, 0),
        layer("max pooling 1 x 2", &[143, 20, 32], 0, 0, 0),
        layer("dropout 0.2", &[143, 20, 32], 0, 0, 0),
        layer(
            "convolution 64, kernel 3 x 3, ReLU",
            &[143, 20, 64],
            18_496,
            0,
            52_715_520,
        ),
        layer("batch normalisation", &[143, 20, 64], 128, 128, 0),
        layer("max pooling 1 x 2", &[143, 10, 64], 0, 0, 0),
        layer("dropout 0.2", &[143, 10, 64], 0, 0, 0),
        layer("LSTM 128, both directions", &[143, 256], 787_456, 0, 112_459_776),
        layer("last state of each direction", &[256], 0, 0, 0),
        layer("dropout 0.3", &[256], 0, 0, 0),
        layer("dense 8", &[8], 2056, 0, 2048),
    ];
    ModelSummary {
        name: "crnn".to_owned(),
        about: "two convolutions, and a bidirectional LSTM over what they find".to_owned(),
        recipe: "mfcc40_143".to_owned(),
        input: (143, 40),
        classes: 8,
        layers,
        trainable: 808_520,
        fixed: 192,
        multiply_adds: 166_824_704,
    }
}

/// Two presets.
pub fn presets() -> Vec<Preset> {
    let values = [
        ("filter.corpus", r#"["ravdess"]"#),
        ("model.name", r#""crnn""#),
        ("recipe", r#""mfcc40_143""#),
        ("split.kind", r#""random""#),
        ("training.epochs", "50"),
    ];
    let preset = |name: &str, about: &str, extends: Option<&str>, provenance| Preset {
        provenance,
        origin: "default".to_owned(),
        text: String::new(),
        name: name.to_owned(),
        about: about.to_owned(),
        extends: extends.map(str::to_owned),
        values: values.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
    };
    vec![
        preset(
            "crnn_143x40",
            "CRNN on 40 MFCC, RAVDESS, 8 classes, random 80/20",
            None,
            Provenance::Shipped,
        ),
        preset(
            "crnn_143x40_honest",
            "the same on speakers never heard",
            Some("crnn_143x40"),
            Provenance::ChangedCopy,
        ),
    ]
}
