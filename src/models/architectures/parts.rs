//! A clip's features as the input of `attentive_crnn`: an image, the tracks beside it, and its statistics.

use burn::tensor::{Int, Tensor, TensorData, s};

/// Where in a clip's features which number lies.
///
/// One row is taken for the functionals of a recipe with `parts`: of every column those of the whole clip, then those of
/// each part. More rows are taken for frames. The first columns make the picture, one channel for every `bands` of them (log-mel, its
/// deltas); the others are tracks (F0, level and the like).
#[derive(Debug, Clone)]
pub(super) struct Parts {
    /// Columns of one channel of the picture.
    pub bands: usize,
    /// Channels of it.
    pub channels: usize,
    /// Columns beside it.
    pub tracks: usize,
    /// Where functionals lie; none where there are frames.
    sections: Option<Sections>,
}

/// Which numbers of a clip's functionals each view takes, in its order: one copy of them makes the view.
#[derive(Debug, Clone)]
struct Sections {
    parts: usize,
    functionals: usize,
    picture: Vec<i32>,
    tracks: Vec<i32>,
    statistics: Vec<i32>,
}

impl Sections {
    /// Of so many columns in the picture, which has so many bands, and so many beside it.
    fn new((parts, functionals): (usize, usize), bands: usize, channels: usize, tracks: usize) -> Self {
        let pictured = channels * bands;
        let columns = pictured + tracks;
        // Section 0 is the whole clip.
        let at = |column: usize, section: usize, functional: usize| {
            ((column * (1 + parts) + section) * functionals + functional) as i32
        };
        let all = |column, section| (0..functionals).map(move |functional| at(column, section, functional));
        let first = |column| (1..=parts).map(move |part| at(column, part, 0));
        let of_picture = |part| {
            (0..bands).flat_map(move |band| (0..channels).flat_map(move |channel| all(channel * bands + band, part)))
        };
        let whole = (0..columns).flat_map(|column| all(column, 0));
        let beside = pictured..columns;
        Self {
            parts,
            functionals,
            picture: (1..=parts).flat_map(of_picture).collect(),
            tracks: (1..=parts)
                .flat_map(|part| beside.clone().flat_map(move |column| all(column, part)))
                .collect(),
            statistics: whole.chain((0..bands).chain(beside.clone()).flat_map(first)).collect(),
        }
    }
}

/// What a batch is taken apart into.
pub(super) struct Views {
    /// (batch, steps, bands, channels).
    pub picture: Tensor<4>,
    /// (batch, steps, numbers), where there are tracks.
    pub tracks: Option<Tensor<3>>,
    /// (batch, numbers): of functionals all of the whole clip and, of each part, the first of the first channel's columns
    /// and of the tracks; of frames mean and deviation of each column.
    pub statistics: Tensor<2>,
}

impl Parts {
    /// For an input of (frames, coefficients); what is wrong with it where parts and functionals do not divide it.
    pub fn new(
        bands: usize,
        parts: usize,
        functionals: usize,
        (frames, coefficients): (usize, usize),
    ) -> Result<Self, String> {
        let each = (1 + parts) * functionals;
        let (columns, sections) = if frames > 1 {
            (coefficients, None)
        } else if coefficients.is_multiple_of(each) && coefficients > 0 {
            (coefficients / each, Some((parts, functionals)))
        } else {
            return Err(format!(
                "is {parts}, and (1 + {parts}) x {functionals} functionals do not divide the {coefficients} numbers of a \
                 clip; give parts and functionals as the recipe has them"
            ));
        };
        let bands = bands.min(columns);
        let channels = columns / bands.max(1);
        let tracks = columns - channels * bands;
        Ok(Self {
            bands,
            channels,
            tracks,
            sections: sections.map(|sizes| Sections::new(sizes, bands, channels, tracks)),
        })
    }

    /// Channels of the picture, numbers of a step's tracks, numbers of the statistics.
    pub fn widths(&self) -> (usize, usize, usize) {
        let columns = self.bands * self.channels + self.tracks;
        match &self.sections {
            Some(sections) => (
                self.channels * sections.functionals,
                self.tracks * sections.functionals,
                sections.statistics.len(),
            ),
            None => (self.channels, self.tracks, 2 * columns),
        }
    }

    /// Takes a batch (batch, frames, coefficients) apart.
    pub fn of(&self, batch: Tensor<3>) -> Views {
        match &self.sections {
            Some(sections) => self.of_functionals(batch, sections),
            None => self.of_frames(batch),
        }
    }

    fn of_functionals(&self, batch: Tensor<3>, sections: &Sections) -> Views {
        let clips = batch.dims()[0];
        let numbers: Tensor<2> = batch.flatten(1, 2);
        let view = |columns: &[i32]| {
            let columns = TensorData::new(columns.to_vec(), [columns.len()]);
            numbers
                .clone()
                .select(1, Tensor::<1, Int>::from_data(columns, &numbers.device()))
        };
        let Sections { parts, functionals, .. } = *sections;
        Views {
            picture: view(&sections.picture).reshape([clips, parts, self.bands, self.channels * functionals]),
            tracks: (self.tracks > 0)
                .then(|| view(&sections.tracks).reshape([clips, parts, self.tracks * functionals])),
            statistics: view(&sections.statistics),
        }
    }

    fn of_frames(&self, batch: Tensor<3>) -> Views {
        let [clips, frames, _] = batch.dims();
        let pictured = self.bands * self.channels;
        let picture: Tensor<4> =
            batch
                .clone()
                .slice(s![.., .., 0..pictured])
                .reshape([clips, frames, self.channels, self.bands]);
        let mean = batch.clone().mean_dim(1);
        let deviation = (batch.clone() - mean.clone()).square().mean_dim(1).sqrt();
        Views {
            picture: picture.swap_dims(2, 3),
            tracks: (self.tracks > 0).then(|| batch.slice(s![.., .., pictured..])),
            statistics: Tensor::cat(vec![mean, deviation], 2).squeeze_dim(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::TensorData;

    fn batch(shape: [usize; 3]) -> Tensor<3> {
        let values: Vec<f32> = (0..shape.iter().product::<usize>()).map(|i| i as f32).collect();
        Tensor::from_data(TensorData::new(values, shape), &device("flex").unwrap())
    }

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn functionals_become_picture_tracks_and_statistics() {
        // Two channels of 3 bands and a track; the whole and 2 parts; 2 functionals: 7 x 3 x 2.
        let parts = Parts::new(3, 2, 2, (1, 42)).unwrap();
        assert_eq!((parts.channels, parts.tracks), (2, 1));
        let views = parts.of(batch([2, 1, 42]));
        let at = |column: usize, section: usize, functional: usize| (column * 6 + section * 2 + functional) as f32;
        assert_eq!(views.picture.dims(), [2, 2, 3, 4]);
        let mut picture = Vec::new();
        for part in 1..3 {
            for band in 0..3 {
                picture.extend([
                    at(band, part, 0),
                    at(band, part, 1),
                    at(3 + band, part, 0),
                    at(3 + band, part, 1),
                ]);
            }
        }
        assert_eq!(numbers(views.picture)[..24], picture);
        let tracks = views.tracks.unwrap();
        assert_eq!(tracks.dims(), [2, 2, 2]);
        assert_eq!(
            numbers(tracks)[..4],
            [at(6, 1, 0), at(6, 1, 1), at(6, 2, 0), at(6, 2, 1)]
        );
        let whole = (0..7).flat_map(|column| [at(column, 0, 0), at(column, 0, 1)]);
        let first = [0, 1, 2, 6]
            .into_iter()
            .flat_map(|column| [at(column, 1, 0), at(column, 2, 0)]);
        let statistics: Vec<f32> = whole.chain(first).collect();
        assert_eq!(numbers(views.statistics)[..22], statistics);
        assert_eq!(parts.widths(), (4, 2, 22));
    }

    #[test]
    fn frames_become_them_too() {
        let parts = Parts::new(3, 8, 5, (4, 7)).unwrap();
        let views = parts.of(batch([2, 4, 7]));
        assert_eq!(parts.widths(), (2, 1, 14));
        assert_eq!(views.picture.dims(), [2, 4, 3, 2]);
        assert_eq!(numbers(views.picture)[..6], [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(numbers(views.tracks.unwrap())[..4], [6.0, 13.0, 20.0, 27.0]);
        let statistics = numbers(views.statistics);
        assert_eq!(statistics[..3], [10.5, 11.5, 12.5]);
        assert!((statistics[7] - 7.0 * 1.25f32.sqrt()).abs() < 1e-4);
        // Fewer columns than bands are all bands.
        let narrow = Parts::new(64, 8, 5, (4, 7)).unwrap();
        assert_eq!((narrow.bands, narrow.channels, narrow.tracks), (7, 1, 0));
        assert!(narrow.of(batch([1, 4, 7])).tracks.is_none());
    }

    #[test]
    fn what_does_not_divide_is_refused() {
        let problem = Parts::new(3, 2, 2, (1, 43)).unwrap_err();
        assert!(problem.contains("43") && problem.contains("recipe"), "{problem}");
    }
}
