// One step of RePaint, down or up.
import { checkShape } from '../../../engine/coefficients.ts'
import { forwardStep } from '../../../engine/forward.ts'
import { repaintStep as step } from '../../../engine/samplers/repaint.ts'
import type { Levels } from '../../../engine/schedule.ts'
import type { Samples } from '../../../engine/values.ts'
import { advanced, real, samples, toggle } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const repaintStep = defineStep({
  type: 'diffusion/RePaintStep',
  title: 'RePaint Step',
  summary:
    'Fills in: a step down keeps the known part of a picture, noised to where it leads, and makes the rest; a step up adds noise to both. Takes the way of RePaintTimesteps.',
  equation: 'x_s = m \\odot q(x_s \\mid x_0^{known}) + (1 - m) \\odot p_\\theta(x_s \\mid x_t)',
  source: 'Lugmayr et al. 2022, algorithm 1',
  asks: true,
  noise: 'z',
  inputs: { x_0: samples('what is known, clean'), mask: samples('1 where x_0 is known, 0 where it is to be filled in') },
  fromClean: true,
  params: {
    eta: real(1, { min: 0, max: 1, step: 0.05, slider: true }, 'share of fresh noise in steps down: 1 as DDPM, 0 none'),
    rederive: advanced(toggle(true, 'after clipping, take the noise that belongs to the clipped x_0')),
  },
  step: (now, { eta, rederive }) => {
    const { x, from, to, hold, inputs } = now
    if (goesUp(from, to)) return forwardStep(x, now.noise(), from, to)
    const [known, mask] = [(inputs.x_0 as Samples).tensor, (inputs.mask as Samples).tensor]
    checkShape(known, x, 'x_0', 'x_t')
    return step(x, now.prediction, from, to, { x0: known, mask }, now.noise(), { eta, rederive, hold })
  },
})

const goesUp = (from: Levels, to: Levels) => to.sigma[0]! * from.alpha[0]! > from.sigma[0]! * to.alpha[0]!
