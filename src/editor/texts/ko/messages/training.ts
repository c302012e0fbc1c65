// 학습의 오류: 학습률, 옵티마이저, 학습 상태.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { trainingMessages, trainingWords } from '../../../../engine/messages/training.ts'

export const koTraining: SameKeys<typeof trainingMessages> = {
  stepRules:
    '학습률에 곱할 값들이, 마지막 것 말고는 끝나는 단계와 함께 있어야 하는데 “{rules}”입니다.',
  risingRate:
    '{argument}은(는) lr의 값 {lr} 이하여야 하는데 {value}입니다. 학습률이 낮아지지 않고 높아집니다.',
  otherWeights:
    '이 모델의 학습이어야 하는데 가중치 {weight}이(가) 다릅니다. 모델 쪽은 {expected~}, 학습 쪽은 {found~}입니다.',
  missingMoments:
    '{algorithm}이(가) 이어 갈 모멘트({moments})가 학습에 있어야 하는데, 다른 옵티마이저의 학습입니다.',
  otherAverage:
    '학습의 {index}번째 평균은 처음부터 너비 {width}의 거듭제곱 함수여야 하는데 다른 평균입니다.',
  noAverage:
    '학습의 {index}번째 평균은 처음부터 너비 {width}의 거듭제곱 함수여야 하는데 평균이 없습니다.',
  independentLoss: '손실은 학습하는 가중치에 따라 달라져야 하는데, 그렇지 않습니다.',
  noGradient: '기울기가 있는 연산이어야 하는데, {operation}에는 이 차수의 미분이 없습니다.',
  kernelInSecondOrder: '두 번 미분할 수 있는 연산이어야 하는데, 이 백엔드의 커널입니다.',
}

export const koTrainingWords: SameKeys<typeof trainingWords> = {
  ofShape: '[{shape}] 모양',
  missing: '없음',
}
