//! What our own operations on CubeCL's devices read and write.

use burn::tensor::{DType, Shape};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::{BufferArg, Client, CubeCount, CubeDim};

/// Threads of a cube where each of them has a number of its own to find.
const THREADS: u32 = 256;

/// Contiguous 32-bit values on a device, and their shape. Clones share the memory.
#[derive(Debug, Clone)]
pub struct Buffer(CubeTensor);

impl Buffer {
    /// Copied only where the tensor is a view that leaves gaps.
    pub(in crate::layers) fn from_tensor(tensor: CubeTensor) -> Self {
        Self(into_contiguous(tensor))
    }

    pub(in crate::layers) fn into_tensor(self) -> CubeTensor {
        self.0
    }

    /// Uninitialised values on the same device.
    pub fn empty(&self, shape: impl Into<Shape>) -> Self {
        let (client, device) = (self.0.client.clone(), self.0.device.clone());
        Self(empty_device_contiguous_dtype(client, device, shape.into(), DType::F32))
    }

    /// With the last two axes exchanged.
    pub fn transposed(&self) -> Self {
        let axes = self.shape().len();
        let mut tensor = self.0.clone();
        tensor.meta.swap(axes - 2, axes - 1);
        Self(into_contiguous(tensor))
    }

    /// The lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        self.0.meta.shape()
    }

    /// The number of values.
    pub fn numbers(&self) -> usize {
        self.shape().iter().product()
    }

    /// What a kernel is handed.
    pub fn arg(&self) -> BufferArg {
        self.0.clone().into_buffer_arg()
    }

    /// What launches kernels on its device.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Cubes and threads for a kernel that finds each value by a thread of its own.
    pub fn each(&self) -> (CubeCount, CubeDim) {
        cubes_for(self.client(), self.numbers())
    }
}

/// Cubes and threads for so many numbers, a thread each.
pub fn cubes_for(client: &Client, numbers: usize) -> (CubeCount, CubeDim) {
    let threads = CubeDim::new_1d(THREADS);
    (cubecl::calculate_cube_count_elemwise(client, numbers, threads), threads)
}

/// So many cubes, in as many rows as the device needs for them; a kernel must ask whether its cube is one of them.
pub fn cubes(client: &Client, count: usize, threads: u32) -> (CubeCount, CubeDim) {
    let one = CubeDim::new_1d(1);
    (
        cubecl::calculate_cube_count_elemwise(client, count, one),
        CubeDim::new_1d(threads),
    )
}
