// 값의 종류.
import type { Translation } from '../../../../engine/base/catalogue.ts'
import type { slotWords } from '../../../../engine/messages/slots.ts'

export const koSlots: Translation<typeof slotWords> = {
  any: '아무 값',
  either: '{first~} 또는 {second~}',
  samples: '샘플',
  noise: '노이즈',
  prediction: '예측',
  timestep: '타임스텝',
  timesteps: '타임스텝 목록',
  schedule: '스케줄',
  model: '모델',
  labels: '레이블',
  condition: '조건',
  loss: '손실',
  losses: '항목마다의 손실',
  weights: '항목마다의 가중치',
  record: '손실 기록',
  number: '수',
  text: '텍스트',
  dataset: '데이터 세트',
  vocabulary: '어휘',
  attention: '어텐션',
  logits: '로짓',
  features: '신경망의 특징',
  optimizer: '옵티마이저',
  ema: 'EMA',
  trajectory: '궤적',
  history: '기록',
  training: '학습',
  loop: '루프',
}
