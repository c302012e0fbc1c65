// 그래프를 계획하고 실행하며 나오는 오류와 알림.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { planMessages, planWords } from '../../../../engine/messages/plan.ts'

export const koPlan: SameKeys<typeof planMessages> = {
  // 노드와 연결선
  unknownType: '알 수 없는 노드 종류입니다: {type}.',
  loadPack: '이 노드가 든 팩을 불러오거나, 노드를 삭제하세요.',
  notConnected: '필수 입력 {slot}이(가) 연결되지 않았습니다.',
  connect: '{kinds~}을(를) 연결하세요.',
  noInput: '{node}에는 입력 {slot}이(가) 없습니다.',
  itsInputs: '다음 입력 가운데 하나를 쓰세요: {slots}.',
  missingNode: '입력 {slot}이(가) 그래프에 없는 {node}에 연결되어 있습니다.',
  connectAgain: '다시 연결하세요.',
  noOutput: '{node}에는 출력 {slot}이(가) 없습니다.',
  itsOutputs: '다음 출력 가운데 하나를 쓰세요: {slots}.',
  wrongKind: '{slot}에는 {expected~}이(가) 와야 하는데 {node}의 {output}은(는) {got~}입니다.',
  cycle: '그래프에 순환이 있습니다: {nodes}.',
  breakCycle: '연결선 하나를 지우세요. 다음 반복에 쓸 값은 루프의 End를 거치게 하세요.',
  expandsIntoItself: '{node}을(를) 펼치면 자기 자신이 나옵니다.',
  declareOtherwise: '노드를 run으로 선언하거나, 펼친 내용에서 자기 자신을 빼세요.',

  // 실행할 대상
  unknownParam: '{param}은(는) 실행 전에 정해져야 하는데 실행 중에 계산하는 값이 들어왔습니다.',
  setParam: '{param}의 연결을 끊고 값을 정하거나 Number, Boolean, Text를 연결하세요.',
  deviceNumber: '{param}에는 CPU에서 아는 수가 필요한데 장치에만 있는 수가 들어왔습니다.',
  readNumber: '둘 사이에 ReadNumber를 넣으세요.',
  useFormula: '그 수를 입력으로 받는 Formula로 계산하세요. {start}은(는) 수를 읽어 올 수 없습니다.',

  nothingToRun: '실행할 것이 없습니다. 결과를 보여 주거나 저장하는 노드가 없습니다.',
  addObserver:
    'Scatter, Chart, Inspect 가운데 하나를 추가해 값을 연결하거나, 노드에서 “여기까지 실행”을 고르세요.',
  noTarget: '거기까지 실행할 노드 {id}이(가) 없습니다.',
  chooseTarget: '이 그래프의 노드를 고르세요.',
  computesNothing: '{node}은(는) 계산하는 것이 없어 거기까지 실행할 수 없습니다.',
  chooseOther: '다른 노드를 고르세요.',
  notExpandable: '다른 노드로 이루어진 노드여야 하는데 {type}입니다.',
  openSampler: '대신 Sampler를 여세요.',

  // 루프
  noStart: '{node}에 짝이 되는 Start가 없습니다.',
  connectStart: '{start}의 출력 `loop`를 연결하세요.',
  wrongEnd: '{node}은(는) {start}을(를) 끝맺을 수 없습니다.',
  useEnd: '짝이 되는 End인 {end}을(를) 쓰세요.',
  secondEnd: '{start}에 End가 또 있습니다.',
  deleteEnd: '둘 가운데 하나를 삭제하세요. 루프에는 Start와 End가 하나씩입니다.',
  noEnd: '{start}에 짝이 되는 End가 없습니다.',
  addEnd: '{end}을(를) 추가하고 `loop`를 연결하세요.',
  innerAndFinal: '이 루프 안의 값이, 루프를 모두 돈 뒤의 결과와 함께 쓰이고 있습니다.',
  takeBoth: '두 값을 모두 End 뒤에서 받거나, 모두 루프 안에서 받으세요.',
  mutualLoops: '{first}의 루프와 {second}의 루프가 서로 상대의 반복에서 나오는 값을 필요로 합니다.',
  separateLoops:
    '이 노드가 {first}, {second} 두 루프의 반복에 함께 의존하는데, 어느 쪽도 다른 쪽 안에 있지 않습니다.',
  takeFromEnd: '둘 가운데 하나의 값은 그 End에서 받으세요.',
  escapes: '{node}이(가) {start}의 루프 안에 있는 값을 씁니다.',
  takeAfter: '마지막 반복이 끝난 뒤 {end}의 출력에서 값을 받으세요.',
  noSamplingLoop:
    '{node}은(는) 앞 단계를 기억하므로 샘플링 루프 안에 있어야 하는데, 그렇지 않습니다.',
  takeFromSampling: 'x_t를 SamplingStart에서 받으세요.',
  loopsTooDeep: '루프는 {most}겹까지인데 더 깊습니다.',
  fewerLoops: '몇몇 루프의 값을 End에서 가져오세요.',
  decidingLoop: '반복마다 계속할지 정하는 루프는 {start} 안에서 실행할 수 없습니다.',
  fixIterations: '반복 횟수를 정해 주거나, {start} 밖으로 옮기세요.',
  waitingLoop:
    '반복마다 값을 읽어 오는 루프는 기울기를 기록하는 {start} 안에서 실행할 수 없습니다.',
  moveLoopOut: '{start} 밖으로 옮기세요.',
  nestedTraining:
    '학습은 {start} 안에서 실행할 수 없습니다. {start}의 기울기가 학습 단계를 지나지 못합니다.',
  trainInRounds:
    '두 모델을 한 루프에서 model과 model_2로 학습하거나, Repeat의 라운드마다 번갈아 학습하세요.',
  differentiableTime: '{node}은(는) {start}의 타임스텝으로 미분할 수 없습니다.',
  constantTimestep: '{start}에 연결된 타임스텝을 연결하세요. 그 값은 상수입니다.',
  fixAround:
    '그래프가 아니라 루프 코드의 오류입니다. 함수 `around`를 고치거나 만든 이에게 알려 주세요.',
  readsInUnit:
    '{start}이(가) 기울기를 기록하는 동안에는 {node}이(가) 텐서를 CPU로 읽어 올 수 없습니다.',
  readAfter: '{start} 본문 밖의 값을 쓰세요. 예를 들어 그 End의 출력을 연결하세요.',
  unknownInUnit:
    '기울기를 기록하는 동안에는 값을 CPU에서 아는 데이터 배치와 노이즈여야 하는데 계산된 값입니다.',
  connectKnown:
    'Start의 x_0과 GaussianNoise의 noise를 사이에 다른 노드 없이 연결하거나, 노드를 루프 밖으로 옮기세요.',
  drawnOnce: '{node}은(는) 한 번만 뽑습니다. {start}의 모든 반복에 같은 {kind~}이(가) 쓰입니다.',
  drawAgain: '반복마다 새로 뽑으려면 {start}의 출력을 입력 `like`에 연결하세요.',

  // 학습
  independentLoss: '손실이 {start}의 모델과 상관없어 학습할 것이 없습니다.',
  independentOf: '{loss}은(는) 그것으로 학습하는 {start}의 {model}과(와) 상관없습니다.',
  connectModel: 'Predict에는 모델 자체 대신 {start}의 출력 `{model}`을 연결하세요.',
  noRecord: '{node}에는 앞 단계의 손실이 필요한데, 기록된 것이 없습니다.',
  connectLosses: 'Loss의 `losses`를 {end}에 연결하세요.',
  forwardNotFinite: '{step}단계의 순방향 계산에서 출력이 유한하지 않은 첫 레이어는 {layer}입니다.',
  backwardNotFinite:
    '{step}단계의 역방향 계산에서 기울기가 유한하지 않은 첫 레이어는 {layer}입니다.',
  lossNotFinite: '손실은 유한해야 하는데 {step}단계에서 {value}입니다.',
  lossExploded: '손실은 {limit}보다 작아야 하는데 {step}단계에서 {value}입니다. 학습이 발산합니다.',
  weightsNotFinite: '가중치는 유한해야 하는데 {step}단계 뒤에는 그렇지 않습니다.',
  lowerRate:
    'Optimizer의 lr을 낮추거나, clip_norm을 1로 하거나, TrainingStart의 activations를 float32로 하거나, 데이터가 -1에서 1 정도 사이에 있는지 확인하세요.',
  goodWeights: '{step}단계 뒤의 가중치는 남아 있습니다. 쓰려면 steps를 {step}(으)로 하세요.',
  damagedTraining:
    '{step}단계에 저장된 학습이 손상되어 삭제했습니다. 그 전에 저장된 {from}단계부터 학습을 이어 갑니다.',
  damagedOnly:
    '{step}단계에 저장된 학습이 손상되어 삭제했습니다. 그 전에 저장된 단계가 없어 처음부터 학습합니다.',
  otherArithmetic:
    '이 학습은 {step}단계의 상태가 저장되어 있지만 다른 산술로 계산되었습니다. 학습은 다른 비트로 이어지지 않으므로 처음부터 시작합니다. 이어 가려면 산술을 전과 같이 선택하세요.',
  damagedOrigin: '이 학습이 이어 가던 가중치의 기록이 손상되어 삭제했습니다.',
  wrongChecksum: '저장된 체크섬은 {expected}인데 {got}입니다.',
  laterRecord: '저장 기록은 버전 {expected}이어야 하는데 버전 {got}입니다.',
  misshapenRecord: '저장된 학습이어야 하는데 다른 바이트입니다.',
  originDeleted: '이 학습이 이어 가던 가중치가 더는 저장되어 있지 않습니다.',
  originMisfits: '이 학습이 이어 가던 가중치가 모델에 맞지 않습니다.',
  changeSeed: '처음부터 학습하도록 시드를 바꾸세요.',

  // 작업량
  manyIterations: '계획한 반복은 {most}번까지인데 {count}번입니다.',
  fewerIterations: '중첩된 루프의 횟수는 서로 곱해지니 줄이세요.',

  // 실행
  noValue: '출력 {slot}에 값이 없습니다.',
  removeWire: '이 연결선을 지우거나, 이 값이 나오는 쪽의 입력을 연결하세요.',
  useLabels: '레이블이 있는 데이터 세트를 쓰거나, 이 연결선을 지우세요.',
  useCaptions: '데이터 세트와 이 노드 사이에 CaptionTokens를 연결하거나, 이 연결선을 지우세요.',
  connectTime: 'Loss에 t를 연결하세요. 손실은 타임스텝별로 기록합니다.',
  useTraining: '`training`을 연결해 저장한 체크포인트를 고르거나, 이 연결선을 지우세요.',
  useSchedule: '대신 모델이 학습한 것과 같은 NoiseSchedule을 연결하세요.',
  useNumbers: '목록에 수만 적거나 출력 `text`를 연결하세요.',
  inspectShapes: '입력의 모양을 Inspect로 확인하세요.',
  waitWhileRecording:
    '이 루프의 노드가 데이터를 기다리는데, 기울기를 기록하는 동안에는 기다릴 수 없습니다.',
  moveOut: '루프 밖으로 옮기세요.',
  fewerSamples: '학습이 느려지지 않도록 {wanted}단계가 아니라 {every}단계마다 샘플링합니다.',
  noAsset: '여기에 {name}이(가) 없습니다.',

  // 층
  unusedLayer: '{node}은(는) 어느 모델에도 쓰이지 않습니다.',
  useLayer: 'ModelOutput으로 이어지는 층에 연결하거나 지우세요.',
}

export const koPlanWords: SameKeys<typeof planWords> = {
  noise: '노이즈',
  timestep: '타임스텝',
}
