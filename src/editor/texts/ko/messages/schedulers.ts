// 여기서는 학습 과정이 아니거나, 나름의 방식으로 샘플링하는 diffusers 스케줄러.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { schedulerMessages } from '../../../../engine/messages/schedulers.ts'

export const koSchedulers: SameKeys<typeof schedulerMessages> = {
  // 거절하는 까닭
  alone: '모델이어야 하는데 스케줄러 {name}만 있습니다.',
  consistency:
    '{name}은(는) 모델에 250 ln(sigma)를 넘기고 출력에 x를 섞습니다. 이런 일관성 모델을 나타내는 전처리가 여기에는 없습니다.',
  videos: '{name}은(는) 동영상 모델의 것이라 지원하지 않습니다.',
  decoder: '{name}은(는) 노이즈 모델이 아니라 잠재값 디코더의 것입니다.',
  arctangent: '{name}은(는) 모델에 atan(sigma)를 넘기는데, 그런 전처리가 여기에는 없습니다.',
  unitTimes:
    '{name}은(는) 고유한 코사인 곡선 위의 0부터 1까지의 시간을 넘기는데, 그런 스케줄이 여기에는 없습니다.',
  noTraining: '{name}에는 학습 스케줄이 없습니다. 모델이 무엇이든 잡음 수준은 원호의 것입니다.',
  karrasVe:
    '{name}은(는) (x + 1) / 2와 sigma / 2에서 모델을 계산하는데, 그런 전처리가 여기에는 없습니다.',
  trigonometric:
    '{name}은(는) 모델에 각도를 넘기고 그 각도로 x와 출력을 섞는데, 그런 전처리가 여기에는 없습니다.',
  scores:
    '{name}은(는) 스코어를 예측하는 모델의 것인데, 여기의 모델은 노이즈나 데이터나 속도를 예측합니다.',
  continuousTimes:
    'timestep_type이 “continuous”이면 {name}은(는) EDM처럼 모델에 ln(sigma) / 4를 넘기고, beta는 쓰이지 않습니다.',
  invertedTimes:
    'invert_sigmas가 있으면 {name}은(는) 데이터에서 노이즈로 가는 시간을 넘깁니다. 여기의 flow와는 반대입니다.',

  // 해결 방법
  addModel:
    '그 파이프라인의 폴더를 놓거나, 모델의 unet/ 또는 transformer/ 폴더 옆에 scheduler/로 두세요.',
  chooseImages: 'DDPMScheduler를 쓰는 것처럼 이미지 모델을 고르세요.',
  chooseTeacher:
    '증류하기 전의 EDM 모델을 골라 여기서 증류하세요. “일관성 증류” 워크플로를 보세요.',
  chooseAutoencoder:
    'AutoencoderKL이나 AutoencoderTiny의 폴더를 고르세요. 여기서는 그것이 잠재값을 디코딩합니다.',
  chooseEdm:
    'EDMEulerScheduler나 EDMDPMSolverMultistepScheduler로, EDM으로 학습한 모델을 고르세요.',
  replaceScheduler:
    'scheduler/scheduler_config.json을 DDPMScheduler 같은 학습의 스케줄러로 바꾸세요. 이 방식으로 샘플링하려면 샘플러 {sampler}을(를) 고르세요.',
  chooseEpsilon: 'DDPMScheduler를 쓰는 것처럼 epsilon이나 v_prediction을 예측하는 모델을 고르세요.',
  chooseFlow: '시간 0이 데이터인 모델을 고르거나, FlowSchedule로 학습하세요.',

  // diffusers가 샘플링하는 방식에 대한 알림
  lastNoise:
    'steps_offset이 {offset}이면 DDPM의 마지막 스텝이 t = {offset}에서 시작하는데, t가 0보다 커서 diffusers는 여기서도 노이즈를 더합니다. 같은 수를 얻으려면 Timesteps의 steps_offset과 샘플러의 noise_to_clean을 정하세요.',
  shiftedTwice:
    'diffusers는 이 flow의 가장 작은 sigma를 두 번 옮깁니다. 같은 수준을 얻으려면 Timesteps의 sigma_min을 {sigma}(으)로 정하세요.',
  clippedLambda:
    'diffusers는 log(alpha / sigma)가 {lambda}보다 작은 타임스텝을 뺍니다. Timesteps에는 그런 설정이 없습니다.',
  oddStride:
    'timestep_spacing이 {spacing}이면 {name}의 스텝은 시작보다 T // n 아래에서 끝나, 모델을 계산하는 목록의 다음 타임스텝과 어긋납니다. 같은 수를 얻으려면 Timesteps의 previous를 stride로 정하세요.',
  rawOutput:
    'PNDMScheduler는 노이즈 대신 모델의 출력, 여기서는 {predicts}을(를) 외삽합니다. 같은 수를 얻으려면 샘플러의 combines를 output으로 정하세요.',
  lmsMidway:
    'image-to-image처럼 LMSDiscreteScheduler를 중간에서 시작하면, diffusers는 예측이 모자라도 처음 예측에 4차의 가중치를 줍니다. 같은 수를 얻으려면 샘플러의 first_steps를 full_order로 정하세요.',
  wholeTimes:
    'use_flow_sigmas가 있으면 {name}은(는) 수준을 버림한 정수 타임스텝을 모델에 넘깁니다. 여기서는 그 수준에서 모델을 계산합니다.',
  inverse: '{name}은(는) 데이터에서 노이즈로 갑니다. Timesteps 뒤에 FlipTimesteps를 두세요.',
  curveRange:
    'timestep_spacing이 {spacing}이면 {name}은(는) 목록의 첫 타임스텝과 마지막 타임스텝 사이에서 sigma 곡선을 그립니다. 그 sigma는 단계 수에 따라 다릅니다. 같은 수준을 얻으려면 Timesteps의 sigma_max와 sigma_min을 그 값으로 정하세요.',
}
