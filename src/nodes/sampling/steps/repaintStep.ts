// One step of RePaint, down or up.
import { checkShape } from '../../../engine/process/coefficients.ts'
import { forwardStep } from '../../../engine/process/forward.ts'
import { repaintStep as step } from '../../../engine/samplers/repaint.ts'
import type { Levels } from '../../../engine/process/schedule.ts'
import type { Samples } from '../../../engine/base/values.ts'
import { param, slot } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const repaintStep = defineStep({
  type: 'diffusion/RePaintStep',
  title: 'RePaint Step',
  summary:
    'One RePaint step for inpainting. A denoising step replaces the known part by the data with the noise of t_prev and samples the rest; a step up adds noise to both. Use it with RePaintTimesteps.',
  aliases: ['inpaint', 'inpainting', 'RePaintScheduler'],
  equation: 'x_s = m \\odot q(x_s \\mid x_0^{known}) + (1 - m) \\odot p_\\theta(x_s \\mid x_t)',
  source: 'Lugmayr et al. 2022, algorithm 1',
  usesModel: true,
  noise: 'Noise z',
  inputs: {
    x_0: slot.samples('Known clean data'),
    mask: slot.samples('1 where x_0 is known, 0 where it is to be sampled'),
  },
  fromClean: true,
  params: {
    eta: param.real(
      1,
      { min: 0, max: 1, step: 0.05, slider: true },
      'Amount of new noise in denoising steps: 1 is DDPM, 0 is deterministic',
    ),
    rederive: param.advanced(
      param.toggle(true, 'After clamping, recomputes the noise from the clamped x_0'),
    ),
  },
  step: (now, { eta, rederive }) => {
    const { xt, from, to, clipping, inputs } = now
    if (addsNoise(from, to)) return forwardStep(xt, now.noise(), from, to)
    const [known, mask] = [(inputs.x_0 as Samples).tensor, (inputs.mask as Samples).tensor]
    checkShape(known, xt, 'x_0', 'x_t')
    return step(
      { xt, prediction: now.prediction, from, to, known: { x0: known, mask }, noise: now.noise },
      { eta, rederive, clipping },
    )
  },
})

const addsNoise = (from: Levels, to: Levels) =>
  to.sigma[0] * from.alpha[0] > from.sigma[0] * to.alpha[0]
