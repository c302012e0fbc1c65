// 학습 노드의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { trainingNodeMessages } from '../../../../nodes/messages/trainingNodes.ts'

export const koTrainingNodes: SameKeys<typeof trainingNodeMessages> = {
  // 평균
  average: '학습에 평균이 {count}개 있어 번호는 1부터 {count}까지여야 하는데 {got}입니다.',
  learner: '학습에 모델이 {count}개 있으므로 1부터 {count}까지의 번호여야 하는데 {got}입니다.',
  chooseAverage: '1부터 {count}까지에서 고르세요.',
  connectEma: 'TrainingStart에 EMA를 연결하세요.',
  decay: 'min_decay는 decay의 값 {max} 이하여야 하는데 {min}입니다.',
  lowerDecay: 'min_decay를 {max} 이하로 낮추거나 decay를 높이세요.',
  averageStep: '옵티마이저의 단계는 1부터 {updates}까지여야 하는데 {t}입니다.',
  chooseStep: '1부터 {updates}까지에서 고르거나, 마지막이면 0으로 하세요.',
  trainFirst: '먼저 학습하세요.',
  widthOutOfReach:
    '있는 평균들을 더해 너비 {width}의 평균이 되어야 하는데, 오차가 가장 작아도 {error}입니다(1이면 전부).',
  noAverages: '학습에 power_function 종류의 평균이 있어야 하는데 없습니다.',
  chainEmas:
    '그 종류의 EMA 둘을, 예를 들어 너비 0.05와 0.1에 스냅샷 16개씩으로 이어 TrainingStart에 연결하세요.',

  // 손실
  weightsPerItem: '항목마다 가중치가 하나([{expected}])여야 하는데 [{got}]입니다.',
  sameImportance: 'weights와 t를 같은 ImportanceTimesteps에서 받으세요.',
  weighting:
    '{weighting} 가중치는 신호 대 잡음비에서 나오므로 스케줄과 t가 있어야 하는데 없습니다.',
  connectSchedule: '둘을 ForwardNoise처럼 연결하거나, `uniform`을 고르세요.',

  // 학습
  notTrainable: '학습할 가중치가 있는 모델이어야 하는데, 계산으로 얻는 “{kind}” 종류의 모델입니다.',
  connectTrainable: 'UNet이나 MLP, 또는 그것을 감싼 모델을 연결하세요.',
  emptyDataset: '데이터 세트에 항목이 하나는 있어야 하는데 없습니다.',
  drawPoints: '점을 그리거나 `count`를 높이세요.',
  batchSize:
    'drop_last가 다 차지 않은 배치를 빼므로 batch_size는 항목 수 {count} 이하여야 하는데 {batchSize}입니다.',
  lowerBatchSize: 'batch_size를 {count}(으)로 낮추거나 drop_last를 끄세요.',
  idleSteps:
    '{steps}단계 가운데 마지막 {left}단계는 가중치를 바꾸지 않습니다. 옵티마이저는 {every}단계마다 움직입니다. steps를 {every}의 배수로 ' +
    '정하세요.',
  pairs: '첫째 데이터 세트와 같은 {expected}개의 항목이 있어야 하는데 {got}개입니다.',
  ownOrder: '항목 수가 같은 쌍의 데이터 세트를 연결하거나 pairs를 끄세요.',
  stepsInAll:
    '연결된 학습은 바깥 루프의 반복마다 바뀌지만 steps는 전체 단계 수를 뜻합니다. 이미 {steps}단계를 간 학습은 더 가지 않습니다. count를 more로 설정하세요.',
  stepsDone: '연결된 학습이 이미 {made}단계를 갔으므로 steps는 그보다 커야 하는데 {steps}입니다.',
  raiseSteps: 'steps를 {made}보다 높이세요.',
  driftShapes: '항목의 모양이 데이터와 같은 [{expected}]이어야 하는데 [{got}]입니다.',
  sameItems: '그런 항목을 만드는 생성기나 다른 데이터를 연결하세요.',
  driftCount: '서로 밀어내는 샘플이 둘 이상이어야 하는데 {got}개입니다.',
  moreSamples: 'batch_size를 늘리세요.',
}
