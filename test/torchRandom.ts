// PyTorch's normal random numbers on the CPU by seed, for records that did not save them.

const [SIZE, SHIFT] = [624, 397]

/** MT19937 (Matsumoto & Nishimura 1998): 32-bit integers. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE)
  state[0] = seed
  for (let i = 1; i < SIZE; i++) {
    const before = state[i - 1] ^ (state[i - 1] >>> 30)
    state[i] = Math.imul(before, 1812433253) + i
  }
  const turn = () => {
    for (let i = 0; i < SIZE; i++) {
      const bits = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff)
      state[i] = state[(i + SHIFT) % SIZE] ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0)
    }
  }
  let next = SIZE
  return () => {
    if (next === SIZE) {
      turn()
      next = 0
    }
    let bits = state[next++]
    bits ^= bits >>> 11
    bits ^= (bits << 7) & 0x9d2c5680
    bits ^= (bits << 15) & 0xefc60000
    return (bits ^ (bits >>> 18)) >>> 0
  }
}

/**
 * `torch.randn` in float32 after `torch.manual_seed(seed)`. Each call returns one tensor, whose
 * size must be a multiple of 16: Box-Muller transform over blocks of 16, with radii from the first
 * half of a block and angles from the second.
 */
export function torchNormals(seed: number): (count: number) => number[] {
  const bits = mersenneTwister(seed)
  const uniform = () => (bits() & 0xffffff) / 2 ** 24
  return (count) => {
    const values = Array.from({ length: count }, uniform)
    for (let block = 0; block < count; block += 16) {
      for (let i = block; i < block + 8; i++) {
        const radius = Math.sqrt(-2 * Math.log(1 - values[i]))
        const angle = 2 * Math.PI * values[i + 8]
        ;[values[i], values[i + 8]] = [radius * Math.cos(angle), radius * Math.sin(angle)]
      }
    }
    return values
  }
}
