// 확산 과정의 오류: 스케줄, 타임스텝, 샘플러, 손실, 데이터.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { processMessages, processWords } from '../../../../engine/messages/process.ts'

export const koProcess: SameKeys<typeof processMessages> = {
  // 단어
  noWords: '자리의 수보다 길지 않은 단어가 하나는 있어야 하는데 없습니다.',
  tooManyWords: '이만큼 긴 단어는 많아야 {most}개여야 하는데 {count}개입니다.',

  // 스케줄
  timestepCount: '{argument}은(는) 양의 정수여야 하는데 {T}입니다.',
  zeroSnrOfOneTimestep:
    '끝의 SNR이 0이 되도록 스케줄을 조정하려면 타임스텝이 둘 이상이어야 하는데 하나입니다.',
  betaRange: '모든 β는 0보다 크고 1보다 작아야 하는데 t = {t}에서 {beta}입니다.',
  scaledBetaRange:
    '모든 β는 0보다 크고 1보다 작아야 하는데 t = {t}에서 {beta}입니다. linear_openai는 β에 1000 / T를 곱합니다.',
  numberList: '빈칸이나 쉼표로 나눈 수여야 하는데, {position}번째가 “{text}”입니다.',
  noNumbers: '수가 하나는 있어야 하는데 없습니다.',
  tooManyNumbers: '수는 {most}개 이하여야 하는데 {count}개입니다.',
  tableBetas:
    'β는 모두 0보다 크고 1보다 작아야(마지막은 1이어도) 하는데, t = {t}에서 {value}입니다.',
  tableAlphaBars:
    'ᾱ는 모두 0보다 크고 앞의 값보다 작아야(첫 값은 1보다 작고, 마지막은 0이어도) 하는데, t = {t}에서 {value}입니다.',
  levelRange: '이 스케줄의 {argument}은(는) {least}부터 {most}까지여야 하는데 {value}입니다.',
  timestepRange: '스케줄의 타임스텝은 0부터 {last}까지(깨끗한 데이터는 -1)여야 하는데 {t}입니다.',
  sigmaRange: '이 스케줄의 타임스텝은 σ이므로 0 이상(깨끗한 데이터는 -1)이어야 하는데 {t}입니다.',
  noTimeWithoutSignal:
    '“{schedule}”에는 어느 시각에나 신호가 남아 있으므로 신호가 남은 시각이어야 하는데, 신호가 없는 시각입니다.',
  notDiscrete:
    '타임스텝마다 β가 있는 이산 스케줄이어야 하는데, “{schedule}”은(는) 시간이 연속입니다.',
  endTime: '{argument}은(는) 양의 유한한 수여야 하는데 {T}입니다.',
  sigmaOrder: '0 < σ_min < σ_max여야 하는데 각각 {sigmaMin}, {sigmaMax}입니다.',
  betaGrowth:
    'β_min은 0 이상, β_d는 0보다 크고, 합은 1000보다 작아야 하는데 각각 {betaMin}, {betaD}입니다.',

  // 배치
  timestepsPerItem: '항목마다 타임스텝이 하나([{batch}])여야 하는데 [{count}]입니다.',
  shape: '{like}과(와) 같은 모양 [{expected}]이어야 하는데 [{shape}]입니다.',
  timestepPairs: 't_prev의 수는 t와 같은 [{expected}]이어야 하는데 [{count}]입니다.',

  // 순방향 과정, 사후 분포, 예측
  lessNoise: 't = {from}보다 노이즈가 많은 시각이어야 하는데 t = {to}입니다.',
  notEarlier: 't = {t}보다 앞선 타임스텝이어야 하는데 {tPrev}입니다.',
  noVariance: '분산도 학습한 모델(값마다 출력 둘)이어야 하는데 값마다 출력이 하나입니다.',
  undeterminedInNoise:
    't = {t}에서는 x_t가 순수한 노이즈라 {from}을(를) {to}(으)로 바꿀 수 없습니다.',
  undeterminedInData:
    't = {t}에서는 x_t가 깨끗한 데이터라 {from}을(를) {to}(으)로 바꿀 수 없습니다.',
  fractionalTimestep: '손실은 0 이상의 정수 타임스텝별로 기록하는데 t = {t}입니다.',
  cleanDataInOde:
    'ODE의 단계는 노이즈가 있는 두 시각 사이여야 하는데, 모델을 계산할 수 없는 깨끗한 데이터(t = -1)가 있습니다.',

  // 타임스텝 목록
  respacing:
    '타임스텝 수(“250”), 구간마다의 수(“10,15,20”)나 간격(“ddim50”)이어야 하는데 “{text}”입니다.',
  respacingStride:
    '정수 간격으로 고를 수 있는 수여야 하는데 “{text}”입니다. 타임스텝 {T}개에서 {count}개를 고르는 정수 간격이 없습니다.',
  respacingSection:
    '타임스텝이 {size}개인 구간에서는 {size}개까지 고를 수 있는데 “{text}”에 {count}개가 있습니다.',
  stepCount: '{argument}은(는) 양의 정수여야 하는데 {count}입니다.',
  stepCountOfSchedule: '{argument}은(는) 타임스텝 수 {most} 이하여야 하는데 {count}입니다.',
  shiftRange:
    'shift는 0보다 크고 shift_terminal은 0 이상 1 미만이어야 하는데 각각 {shift}, {terminal}입니다.',
  shiftWithoutFlow: 'shift는 flow에만 쓸 수 있는데 스케줄이 “{schedule}”입니다.',
  originalSteps: '{argument}은(는) 스케줄의 타임스텝 수 {T} 이하여야 하는데 {steps}입니다.',
  offset: '타임스텝은 {last} 이하여야 하는데 오프셋 {offset} 때문에 처음이 {first}입니다.',
  infiniteSigma:
    '유한한 σ에서 시작해야 하는데 무한대입니다. 스케줄의 마지막 타임스텝에 신호가 남아 있지 않습니다.',
  sigmaLimits: '0 < σ_min ≤ σ_max여야 하는데 각각 {sigmaMin}, {sigmaMax}입니다.',
  sigmaAboveFlow: 'flow의 σ_max는 순수한 노이즈인 1 이하여야 하는데 {sigmaMax}입니다.',
  belowList: '목록에 t보다 깨끗한 수준이 있어야 하는데, 가장 깨끗한 것이 {end}이고 t = {t}입니다.',
  aboveList:
    '목록에 t보다 노이즈가 많은 수준이 있어야 하는데, 노이즈가 가장 많은 것이 {end}이고 t = {t}입니다.',

  // 샘플러
  churnWithoutCount: 's_churn을 나누어 쓸 단계 수가 t와 함께 있어야 하는데 t만 있습니다.',
  etaUpward:
    't = {t}에서 {tPrev}(으)로 올라가는 단계에서는 eta = 0이어야 하는데 {eta}입니다. 노이즈 쪽으로 갈 때는 새 노이즈를 더하지 않습니다.',
  startInData: '노이즈가 있는 t에서 시작해야 하는데, {t}은(는) 깨끗한 데이터입니다.',
  startWithoutSignal:
    '신호가 있는 t에서 시작해야 하는데 {t}에는 없습니다. ε으로 계산하는 단계는 거기서 시작할 수 없습니다.',
  noiseUpward:
    't = {t}보다 앞선 타임스텝이어야 하는데 {tPrev}입니다. 노이즈 쪽으로 갈 때는 새 노이즈를 더하지 않습니다.',
  quantile: '분위수는 0보다 크고 1 이하여야 하는데 {quantile}입니다.',
  jump: '{argument}은(는) 양의 정수여야 하는데 {value}입니다.',
  errorNotANumber: '이 단계의 오차가 수여야 하는데 NaN입니다. 모델의 예측이 NaN입니다.',

  // 손실
  labelsPerItem: '항목마다 레이블이 하나([{batch}])여야 하는데 [{count}]입니다.',
  labelRange: '레이블은 0부터 {last}까지(없으면 -1)여야 하는데 {label}입니다.',
  noLabels: '레이블이 있는 항목이 하나는 있어야 하는데 없습니다.',
  levels: '{argument}은(는) 2 이상의 정수여야 하는데 {levels}입니다.',
  weightWithoutSignal:
    '가중치는 유한해야 하는데, 신호가 없는 t = {t}에서 {predicts} 오차의 {weighting} 가중치가 무한대입니다.',
  weightWithoutNoise:
    '가중치는 유한해야 하는데, 노이즈가 없는 t = {t}에서 {predicts} 오차의 {weighting} 가중치가 무한대입니다.',

  // 데이터
  emptyBand: '대역마다 주파수가 있어야 하는데 {height} x {width} 이미지의 {band~} 대역에 없습니다.',
  firstItem:
    '데이터 세트의 항목이 {size}개이므로 {argument}은(는) {last} 이하여야 하는데 {start}입니다.',
  foldIndex: '{argument}은(는) 0부터 {last}까지여야 하는데 {fold}입니다.',
  foldCount: '폴드는 항목 수 {size}보다 많을 수 없는데 {folds}개입니다.',
  joinedShape: '첫 데이터 세트처럼 항목의 모양이 [{expected}]여야 하는데 [{shape}]입니다.',
  pairedSize: '첫 데이터 세트처럼 항목이 {expected}개여야 하는데 {size}개입니다.',
  pairedSides:
    '항목의 모양은 첫 데이터 세트의 [{expected}]와 마지막 축만 달라야 하는데 [{shape}]입니다.',
  datasetTooLarge: '데이터 세트의 수는 {most}개 이하여야 하는데 {count}개입니다.',
  tableTooLong: '표는 {most}자 이하여야 하는데 {count}자입니다.',
  emptyTable: '표에 점이 하나는 있어야 하는데 없습니다.',
  tableColumns: '점의 좌표는 1개부터 {most}개까지여야 하는데 {count}개입니다.',
  tableWidth: '모든 줄의 칸이 {expected}개여야 하는데 {line}번째 줄은 {count}개입니다.',
  tableNumber: '{line}번째 줄 {column}번째 칸에 수가 있어야 하는데 “{text}”입니다.',
  tableQuote: '{line}번째 줄의 따옴표가 닫혀야 하는데 닫히지 않았습니다.',
  tableClasses: '표의 클래스는 {most}개 이하여야 하는데 더 많습니다.',
  nothingDrawn: '분포가 “drawn”이면 그린 점이 있어야 하는데 없습니다.',
  nothingPainted: '칠한 마스크가 있어야 하는데 비어 있습니다.',
}

export const koProcessWords: SameKeys<typeof processWords> = {
  low: '낮은',
  mid: '중간',
  high: '높은',
}
