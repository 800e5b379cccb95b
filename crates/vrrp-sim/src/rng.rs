//! Random numbers whose stream never changes: a seed that failed once must fail for ever, until the core is mended.
//!
//! Our own ten lines (`SplitMix64`: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014) rather
//! than a crate, because a crate may better its algorithm, and every recorded seed would then mean something else.

#[cfg(test)]
mod tests;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream that depends on nothing but these numbers. What happens to one packet is drawn from such a stream, so
    /// that taking a disturbance out of a scenario leaves the fate of the other packets as it was.
    pub fn keyed(seed: u64, keys: [u64; 3]) -> Self {
        keys.into_iter().fold(Self(seed), |rng, key| {
            Self(mix(rng.0 ^ mix(key.wrapping_add(GOLDEN))))
        })
    }

    /// 64 random bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `limit`, or 0 if that is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(limit);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `times` times in a thousand.
    pub fn per_mille(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }

    /// One of them. `choices` is not empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap_or_default()]
    }
}

/// 2^64 divided by the golden ratio, odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
