//! Loops in the widest vector instructions that the processor has.

/// Defines a function whose body is compiled once per instruction set (on x86 without vectors beyond SSE2, with
/// AVX2, with AVX-512 where pulp offers it; NEON elsewhere) and chosen when it is called. All references live as
/// long as `'a`. What the body calls must be `#[inline(always)]`, closures included, or it stays as it is.
macro_rules! vectorised {
    ($(#[$attribute:meta])* $vis:vis fn $name:ident<'a>($($argument:ident: $kind:ty),+ $(,)?) $body:block) => {
        $(#[$attribute])*
        $vis fn $name<'a>($($argument: $kind),+) {
            struct Kernel<'a>($($kind),+, std::marker::PhantomData<&'a ()>);
            impl<'a> pulp::WithSimd for Kernel<'a> {
                type Output = ();
                #[inline(always)]
                fn with_simd<S: pulp::Simd>(self, _: S) {
                    let Self($($argument),+, _) = self;
                    $body
                }
            }
            pulp::Arch::new().dispatch(Kernel($($argument),+, std::marker::PhantomData));
        }
    };
}

pub(crate) use vectorised;
