// 수식의 오류와 고치는 방법.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { formulaMessages } from '../../../../engine/messages/formula.ts'
import type { formulaCures } from '../../../../nodes/messages/cures.ts'
import type { formulaNodeMessages } from '../../../../nodes/messages/formulaNode.ts'

export const koFormula: SameKeys<typeof formulaMessages> = {
  // 문법
  empty: '수식이 있어야 하는데 비어 있습니다.',
  tooLong: '글자가 {limit}자 이하여야 하는데 {length}자입니다.',
  tooManyNodes: '피연산자와 연산이 {limit}개 이하여야 하는데 더 많습니다.',
  tooDeep: '괄호와 연산자가 {limit}겹 이하로 중첩되어야 하는데 더 깊습니다.',
  character: '수, 이름이나 연산자가 와야 하는데 "{text}"입니다.',
  malformedNumber: '0.5나 1e-3 같은 수여야 하는데 "{text}"입니다.',
  infiniteNumber: '1.8e308 이하의 수여야 하는데 "{text}"입니다.',
  operand: '수, 이름이나 "("가 와야 하는데 "{text}"입니다.',
  missingOperand: '수, 이름이나 "("가 와야 하는데 수식이 끝납니다.',
  operator: '연산자나 수식의 끝이 와야 하는데 "{text}"입니다.',
  singleEquals: '연산자가 와야 하는데 "="입니다.',
  bracket: '","나 ")"가 와야 하는데 "{text}"입니다.',
  missingBracket: '")"가 와야 하는데 수식이 끝납니다.',
  chain: '비교는 하나여야 하는데 이어져 있습니다.',
  unfinished: '마지막 ";" 뒤에 수식이 있어야 하는데 없습니다.',

  // 이름
  unknownName: '입력(a부터 p, t), 함수나 앞에서 정의한 이름이어야 하는데 "{name}"입니다.',
  unknownFunction: '함수여야 하는데 "{name}"은(는) 없는 이름입니다.',
  notAFunction: '"{name}" 뒤에 연산자가 와야 하는데 "("입니다.',
  withoutArguments: '함수 {name} 뒤에 "("가 와야 합니다.',
  takenName: '새 이름이어야 하는데 "{name}"에는 이미 뜻이 있습니다.',
  argumentCount: '{name}의 인수는 {expected}개여야 하는데 {count}개입니다.',

  // 값
  notConnected: '{name}의 값이 있어야 하는데 아무것도 연결되지 않았습니다.',
  noSchedule: '{name}에는 스케줄이 필요한데 연결되지 않았습니다.',
  noLastTime: 'T에는 마지막 타임스텝이 있는 스케줄이 필요한데 "{schedule}"입니다.',
  onDevice: '{name}에는 타임스텝처럼 CPU에서 아는 값이 필요한데, 백엔드가 계산하는 값입니다.',
  infiniteConstant: '유한한 상수여야 하는데 {value}입니다.',
  shapes: '브로드캐스팅할 수 있는 모양이어야 하는데 [{first}]와(과) [{second}]입니다.',

  // 곡선: u의 수식
  curveEmpty: 'u의 수식이 있어야 하는데 없습니다.',
  curveTooLong: '글자가 {limit}자 이하여야 하는데 {length}자입니다.',
  curveTooManyNodes: '피연산자와 연산이 {limit}개 이하여야 하는데 더 많습니다.',
  curveName: 'u, 함수나 앞에서 정의한 이름이어야 하는데 "{name}"입니다.',
  curveFunction: '수의 함수여야 하는데 "{name}"입니다.',
  curveRange: 'ᾱ는 0부터 1까지이고 u = 1에서만 0일 수 있는데, u = {u}에서 {value}입니다.',
  curveRises: 'ᾱ는 타임스텝마다 줄어야 하는데 {before} 다음에 u = {u}에서 {value}입니다.',

  // 출력
  numberFromItems: '출력 {output}에는 수 하나가 필요한데 항목마다 하나입니다.',
  numberFromBatch: '출력 {output}에는 수 하나가 필요한데 배치입니다.',
  itemsFromNumber: '출력 {output}에는 항목마다 수 하나가 필요한데 모두 합해 하나입니다.',
  itemsFromBatch: '출력 {output}에는 항목마다 수 하나가 필요한데 배치입니다.',
  batchFromNumber: '출력 {output}에는 배치가 필요한데 수 하나입니다.',
  batchFromItems: '출력 {output}에는 배치가 필요한데 항목마다 수 하나입니다.',
  outputOnDevice: '출력 {output}에는 CPU에서 아는 값이 필요한데, 백엔드가 계산하는 값입니다.',
  fractionalLabel: '레이블은 -1 이상의 정수여야 하는데 {value}입니다.',
  timestepValue: '타임스텝은 -1 이상이어야 하는데 {value}입니다.',
  weightValue: '가중치는 0 이상의 유한한 수여야 하는데 {value}입니다.',
}

export const koFormulaCures: SameKeys<typeof formulaCures> = {
  // 문법
  empty: 'a + b 같은 수식을 쓰세요.',
  tooLong: '수식을 Formula 노드 둘로 나누세요.',
  tooManyNodes: '수식을 Formula 노드 둘로 나누세요.',
  tooDeep: '안쪽 부분에 먼저 이름을 붙이세요: x = a + b; x * x.',
  character: '"{text}"을(를) 지우세요. 함수는 sqrt(a)나 sigma처럼 이름으로 씁니다.',
  malformedNumber: '곱셈은 2 * a처럼 *로 쓰세요.',
  infiniteNumber: '더 작은 수를 쓰세요.',
  operand: '"{text}"을(를) 지우거나 그 앞에 피연산자를 쓰세요.',
  missingOperand: '수식을 마저 쓰세요.',
  operator: '곱셈은 *로 쓰거나 "{text}"을(를) 지우세요.',
  singleEquals: '비교는 ==로 쓰세요. 값에 이름을 붙이려면 수식 앞에 x = a + b;라고 쓰세요.',
  bracket: '괄호를 닫거나 "{text}"을(를) 지우세요.',
  missingBracket: '")"를 쓰세요.',
  chain: 'a < b and b < c라고 쓰세요.',
  unfinished: 'x = a + b; x * x처럼 마지막 ";" 뒤에 결과를 쓰세요.',

  // 이름
  unknownName: 'a부터 p에 값을 연결하거나 이름을 고치세요. 모든 함수는 docs/formula.md에 있습니다.',
  unknownFunction: '이름을 고치세요. 모든 함수는 docs/formula.md에 있습니다.',
  notAFunction: '곱셈은 {name} * (a + b)처럼 *로 쓰세요.',
  withoutArguments: '{name}(a)처럼 쓰세요.',
  takenName: '다른 이름을 고르세요.',
  argumentCount: '{name}이(가) 받는 수만큼 인수를 쓰세요.',

  // 값
  notConnected: '{name}에 값을 연결하거나 수식에서 지우세요.',
  noSchedule: '스케줄을 연결하세요.',
  noLastTime: 'NoiseSchedule이나 FlowSchedule을 연결하거나, T 대신 수를 쓰세요.',
  onDevice: '인수를 t, 레이블, 가중치와 수로만 계산하세요.',
  infiniteConstant: '상수를 바꾸세요. 1 / 0이나 log(0)의 값은 유한하지 않습니다.',
  shapes: '한 배치의 값을 쓰거나 하나를 줄이세요: item_mean(a), mean(a).',

  // 곡선: u의 수식
  curveEmpty: 'cos(pi * u / 2)^2 같은 수식을 쓰세요.',
  curveTooLong: '수식을 줄이거나 값을 `table`에 나열하세요.',
  curveTooManyNodes: '수식을 줄이거나 값을 `table`에 나열하세요.',
  curveName: '0부터 1까지 변하는 u를 쓰거나 이름을 고치세요.',
  curveFunction: 'cos, exp, sqrt, min처럼 수의 함수를 쓰세요.',
  curveRange: '수식이 u = 0의 약 1에서 u = 1의 약 0까지 줄어들도록 고치세요.',
  curveRises: '수식이 u = 0부터 u = 1까지 줄어들도록 고치세요.',

  // 출력
  numberFromItems: 'mean(a)처럼 결과를 수 하나로 줄이세요.',
  numberFromBatch: 'mean(a)처럼 결과를 수 하나로 줄이세요.',
  itemsFromNumber: 'item_mean(a)처럼 항목마다 수 하나를 계산하세요.',
  itemsFromBatch: 'item_mean(a)처럼 결과를 항목마다 수 하나로 줄이세요.',
  batchFromNumber: '수식에 배치를 쓰세요. 0 * a + 1은 a의 모양입니다.',
  batchFromItems: '수식에 배치를 쓰세요. 0 * a + sigma는 a의 모양입니다.',
  outputOnDevice: '{output}은(는) t, 레이블, 가중치와 수로만 계산하세요.',
  fractionalLabel: 'floor(a)처럼 결과를 정수로 만드세요.',
  timestepValue: 'max(t - 1, -1)처럼 결과를 제한하세요.',
  weightValue: 'clamp(snr, 0, 5)처럼 결과를 제한하세요.',
}

export const koFormulaNode: SameKeys<typeof formulaNodeMessages> = {
  likeNothing: '출력이 `like a`이면 입력 a가 있어야 하는데 연결되지 않았습니다.',
  connectLike: 'a를 연결하거나 `output`을 유형 하나로 정하세요.',
  noPredictionType: '출력의 예측 유형이 필요한데 예측이 연결되지 않았습니다.',
  choosePredicts: '`predicts`를 유형 하나로 정하세요.',
  predictionTypes:
    '예측이 한 유형이어야 하는데 {firstName}은(는) {first}, {secondName}은(는) {second}입니다.',
  chooseOnePrediction:
    '`output`을 prediction으로, `predicts`를 유형 하나로 정하거나 ConvertPrediction을 쓰세요.',
  unusedOperand: '{name}이(가) 연결되었지만 수식에서 쓰지 않습니다.',
}
