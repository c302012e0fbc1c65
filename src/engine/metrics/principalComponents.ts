// Principal component analysis.
import { leadingEigen } from '../base/linearAlgebra.ts'
import { fitGaussian } from './frechet.ts'

/** `components` are `[count, dim]`, orthonormal, in order of decreasing `variances`. */
export interface PrincipalComponents {
  mean: Float64Array
  components: Float64Array
  variances: Float64Array
}

/**
 * Returns the `count` leading components of data `[n, dim]`, or all if there are fewer (Pearson
 * 1901).
 */
export function principalComponents(
  data: ArrayLike<number>,
  dim: number,
  count: number,
): PrincipalComponents {
  const { mean, covariance } = fitGaussian(data, dim)
  const { values, vectors } = leadingEigen(covariance, dim, Math.min(count, dim))
  return { mean, components: vectors, variances: values }
}

/** Projects data `[n, dim]` onto the components: `[n, count]`. */
export function project(
  data: ArrayLike<number>,
  { mean, components }: { mean: ArrayLike<number>; components: ArrayLike<number> },
): Float64Array {
  const dim = mean.length
  const count = components.length / dim
  const projected = new Float64Array((data.length / dim) * count)
  for (let i = 0; i < projected.length; i++) {
    const [item, component] = [Math.floor(i / count) * dim, (i % count) * dim]
    let sum = 0
    for (let k = 0; k < dim; k++) sum += (data[item + k] - mean[k]) * components[component + k]
    projected[i] = sum
  }
  return projected
}
