//! Stands in for `cubecl-llvm` 0.11, so that CUDA is built without LLVM.
//!
//! `cubecl-cuda` has two compilers: NVRTC, which its feature `cpp` selects, and `cubecl-llvm`, on
//! which it depends all the same and whose build script downloads a bundle of LLVM. Here are the
//! names that `cubecl-cuda` mentions, and nothing behind them: compiling answers with an error,
//! which is never met because the feature `cpp` is on.
//!
//! It can go, with `[patch.crates-io]` in the workbench's `Cargo.toml`, when `cubecl-cuda` can be
//! built without `cubecl-llvm` (an optional dependency, or a release without it).

use cubecl_core::prelude::KernelDefinition;
use cubecl_runtime::compiler::{CompilationError, Compiler};

/// PTX, the assembly of NVIDIA's processors.
pub mod nvptx {
    /// Versions of PTX.
    pub mod ptx_version {
        use core::fmt;

        /// A version of PTX. There is none: only LLVM is told which to write.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum PtxVersion {}

        impl PtxVersion {
            /// The newest version that a driver loads: not known here.
            pub fn for_driver(_driver: i32) -> Option<Self> {
                None
            }
        }

        impl fmt::Display for PtxVersion {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                match *self {}
            }
        }
    }
}

/// What targets have in common.
pub mod shared {
    /// What LLVM can express for a target.
    pub mod lowered_features {
        use cubecl_core::ir::DeviceProperties;

        /// A kind of graphics processor.
        #[derive(Clone, Copy, Debug)]
        pub enum GpuTarget {
            /// NVIDIA's.
            Nvptx,
        }

        /// Takes away what LLVM cannot express: nothing, since LLVM compiles nothing here.
        pub fn restrict_features(_: &mut DeviceProperties, _: GpuTarget) {}
    }
}

/// What to compile for.
#[derive(Clone, Copy, Debug, Default)]
pub enum LlvmTarget {
    /// NVIDIA's graphics processors.
    #[default]
    Nvptx,
}

/// The compiler that is not here.
#[derive(Clone, Debug, Default)]
pub struct PlironCompiler {
    /// What to compile for.
    pub target: LlvmTarget,
}

/// What a compiler would be told.
#[derive(Clone, Debug, Default)]
pub struct PlironOptions {
    /// Architecture of an AMD processor.
    pub arch: Option<cubecl_core::ir::amd::GfxArch>,
    /// Architecture of an NVIDIA processor.
    pub sm_arch: Option<cubecl_core::ir::nvidia::SmArch>,
    /// Version of PTX to write.
    pub ptx_version: Option<nvptx::ptx_version::PtxVersion>,
    /// Whether scalars are passed in the parameter block.
    pub grid_constants: bool,
}

/// A compiled module.
#[derive(Clone, Debug)]
pub struct NvptxModule {
    /// PTX, ended by a zero.
    pub ptx: Vec<core::ffi::c_char>,
    /// The name of the kernel.
    pub entrypoint: String,
    /// What was compiled.
    pub ir: String,
    /// Shared memory of a launch (bytes).
    pub shared_memory_size: usize,
    /// What the kernel does with each buffer.
    pub io: Vec<cubecl_runtime::kernel::BufferIOAttr>,
}

/// What compiling yields.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum PlironArtifact {
    /// A module for NVIDIA's processors.
    NvptxCode(NvptxModule),
}

impl core::fmt::Display for PlironArtifact {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self::NvptxCode(module) = self;
        f.write_str(&module.ir)
    }
}

impl Compiler for PlironCompiler {
    type Representation = PlironArtifact;
    type CompilationOptions = PlironOptions;

    fn compile(&mut self, _: KernelDefinition, _: &PlironOptions) -> Result<PlironArtifact, CompilationError> {
        Err(CompilationError::Generic {
            reason: "this program was built without LLVM; CUDA compiles through NVRTC (feature `cpp` of cubecl-cuda)"
                .to_owned(),
            backtrace: Default::default(),
        })
    }

    fn extension(&self) -> &'static str {
        "ll"
    }

    fn lang_tag(&self) -> &'static str {
        "llvm"
    }
}
