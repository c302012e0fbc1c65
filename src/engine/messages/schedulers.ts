// Schedulers of diffusers that are no training process here, or that sample in a way of their own.
import { catalogue } from '../base/catalogue.ts'

export const schedulerMessages = catalogue('schedulers', {
  // reasons of a refusal
  alone: 'Expected a model, got the scheduler {name} alone.',
  consistency:
    '{name} passes 250 ln(sigma) to the model and blends x into its output, a consistency model that no preconditioning here describes.',
  videos: '{name} is for models of videos, which are not supported.',
  decoder: '{name} is for a decoder of latents, not for a model of noise.',
  arctangent: '{name} passes atan(sigma) to the model, and no preconditioning here passes that.',
  unitTimes:
    '{name} passes times from 0 to 1 on a cosine curve of its own, and no schedule here has them.',
  noTraining:
    '{name} has no schedule of a training: its levels are those of an arc, whatever the model.',
  karrasVe:
    '{name} evaluates the model at (x + 1) / 2 and sigma / 2, and no preconditioning here does.',
  trigonometric:
    '{name} passes angles to the model and combines x and its output by them, and no preconditioning here does.',
  scores:
    '{name} is for models that predict the score, and models here predict noise, data or a velocity.',
  continuousTimes:
    'With timestep_type "continuous", {name} passes ln(sigma) / 4 to the model, as in EDM, and its betas do not apply.',
  invertedTimes:
    'With invert_sigmas, {name} passes times from data to noise, the reverse of those of a flow here.',

  // cures
  addModel:
    'Drop the folder of its pipeline, or put it as scheduler/ beside the folder unet/ or transformer/ of a model.',
  chooseImages: 'Choose a model of images, such as one with a DDPMScheduler.',
  chooseTeacher:
    'Choose the EDM model that it was distilled from, and distil it here: see the workflow Consistency distillation.',
  chooseAutoencoder:
    'Choose the folder of an AutoencoderKL or AutoencoderTiny, which decodes latents here.',
  chooseEdm:
    'Choose a model that was trained with EDM, with an EDMEulerScheduler or EDMDPMSolverMultistepScheduler.',
  replaceScheduler:
    'Replace scheduler/scheduler_config.json by the scheduler of the training, such as a DDPMScheduler. To sample in this way, choose the sampler {sampler}.',
  chooseEpsilon:
    'Choose a model that predicts epsilon or v_prediction, such as one with a DDPMScheduler.',
  chooseFlow: 'Choose a model whose time is 0 for data, or train one with a FlowSchedule.',

  // notices on how diffusers samples
  lastNoise:
    'With steps_offset {offset}, the last step of DDPM starts at t = {offset}, and diffusers adds noise in it, as t is above 0. To get the same numbers, set steps_offset of Timesteps and noise_to_clean of the sampler.',
  shiftedTwice:
    'diffusers shifts the smallest sigma of this flow twice. To get the same levels, set sigma_min of Timesteps to {sigma}.',
  clippedLambda:
    'diffusers leaves out timesteps whose log(alpha / sigma) is below {lambda}. Timesteps has no such setting.',
  oddStride:
    'With timestep_spacing {spacing}, steps of {name} end T // n below their start, beside the next timestep of the list, at which the model is evaluated. To get the same numbers, set previous of Timesteps to stride.',
  rawOutput:
    'PNDMScheduler extrapolates the output of the model, here {predicts}, instead of the noise. To get the same numbers, set combines of the sampler to output.',
  lmsMidway:
    'If LMSDiscreteScheduler starts midway, as in image-to-image, diffusers weights its first predictions for order 4, although there are fewer. To get the same numbers, set first_steps of the sampler to full_order.',
  wholeTimes:
    'With use_flow_sigmas, {name} passes whole timesteps to the model, rounded down from the levels, at which the model is evaluated here.',
  inverse: '{name} goes from data to noise: put FlipTimesteps behind Timesteps.',
  curveRange:
    'With timestep_spacing {spacing}, {name} draws its curve of sigmas between the first and the last timestep of the list, whose sigmas depend on the number of steps. To get the same levels, set sigma_max and sigma_min of Timesteps to them.',
})
