// Load of the machine, measured in a page.

/**
 * Factor by which other processes slow down a page at present. Complete in itself: tests pass its source
 * to pages.
 */
export function measureSlowness(): number {
  const calculate = () => {
    const start = performance.now()
    let sum = 0
    for (let i = 0; i < 2e6; i++) sum = Math.imul(sum ^ i, 16777619)
    return performance.now() - start + (sum & 1) * 1e-9
  }
  const times = Array.from({ length: 40 }, calculate)
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return mean / Math.min(...times)
}
