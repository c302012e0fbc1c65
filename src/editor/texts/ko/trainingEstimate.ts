// 큰 학습을 시작하기 전의 질문. 그때 불러온다.
import type { TrainingEstimateTexts } from '../en/trainingEstimate.ts'

export const trainingEstimate: TrainingEstimateTexts = {
  title: '이 학습을 시작할까요?',
  size: (node, parameters, steps, batch) =>
    `${node}: 파라미터 ${parameters}개, 항목 ${batch}개씩 ${steps}단계.`,
  memory: (size) => `메모리: 가중치, 기울기, 모멘트, 활성값에 적어도 ${size}.`,
  time: (step, all, backend) => `${backend}에서 걸리는 시간: 단계마다 약 ${step}, 모두 ${all}.`,
  untimed: (flops, backend) =>
    `${backend}에서 걸리는 시간: 재지 않았습니다. 단계마다 부동소수점 연산 ${flops}번입니다.`,
  tooLarge:
    'wasm 백엔드의 메모리는 4 GB입니다. batch_size를 줄이거나 TrainingStart의 activation_checkpointing을 켜세요.',
  stops: '언제든 멈출 수 있고, 학습은 마지막 단계에서 이어집니다.',
  start: '시작',
  cancel: '취소',
}
