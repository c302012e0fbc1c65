// 과정, 샘플링, 루프, 도구 노드의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { samplingMessages } from '../../../../nodes/messages/sampling.ts'

export const koSampling: SameKeys<typeof samplingMessages> = {
  // 과정
  forwardStep: '순방향 과정의 단계는 0부터 {last}까지의 정수여야 하는데 {got}입니다.',
  startAtZero: 't = 0부터 시작하세요. 단계 t는 t - 1에서 t로 갑니다.',
  noSchedule: '이 {by}의 t를 찾을 스케줄이 있어야 하는데 없습니다.',
  connectSchedule: '스케줄을 연결하거나 `by`를 t로 정하세요.',
  tooMuchNoise: '메모리에 들어가는 노이즈여야 하는데 [{shape}]입니다.',
  lessNoise: 'batch_size나 shape를 줄이세요.',
  offsetImages: '채널마다 오프셋을 더하려면 이미지 [b, h, w, c]여야 하는데 [{shape}]입니다.',
  noOffset: 'noise_offset을 0으로 정하세요.',
  noBatchSize: '`like`를 연결하지 않으면 batch_size가 0보다 커야 하는데 0입니다.',
  setBatchSize: 'batch_size를 64로 정하거나 `like`를 연결하세요.',
  noiseShape: '크기 하나(점)나 셋(height, width, channels)이어야 하는데 “{got}”입니다.',
  writeShape: '2나 28, 28, 1처럼 쓰거나, `like`를 연결하세요.',
  coupledShapes: '노이즈의 모양이 x_0과 같은 [{expected}]이어야 하는데 [{got}]입니다.',
  connectLike: 'x_0을 GaussianNoise의 `like`에 연결하세요.',
  coupledBatch:
    '정확한 할당의 시간은 배치의 세제곱으로 늘어나므로 항목이 {most}개 이하여야 하는데 {got}개입니다.',
  smallerBatch: 'batch_size를 줄이세요.',
  otherPrediction: '{second}은(는) {first}과(와) 같은 {expected}이어야(여야) 하는데 {got}입니다.',
  convertPrediction: 'Target이나 ConvertPrediction으로 둘을 한 종류로 만드세요.',
  epsilonOfNoise:
    't = {t}에서 x_t는 순수한 노이즈입니다. epsilon을 예측하는 모델은 그것을 그대로 내기만 하면 되고, 샘플링은 거기서 시작할 수 없습니다. ' +
    'v_prediction을 예측하는 모델은 배우는 것이 있습니다.',

  // 샘플링
  noiseOnly:
    'x_t가 순수한 노이즈인 t = {t}에서는 예측이 데이터에 따라 달라야 하는데, 그 노이즈({predicts})를 예측합니다.',
  predictFlow: '모델의 `predicts`를 flow_prediction으로 정하세요. 신경망은 그렇게 학습해야 합니다.',
  predictVelocity:
    '모델의 `predicts`를 v_prediction으로 정하세요. 신경망은 그렇게 학습해야 합니다. 아니면 신호가 남은 곳에서 시작하세요. ' +
    'timestep_spacing을 leading으로 하고, 타임스텝보다 적은 단계를 씁니다.',
  cleanStart: '이 단계는 노이즈가 있는 t에서 시작해야 하는데, {t}은(는) 깨끗한 데이터입니다.',
  addNoise: '깨끗한 데이터에 노이즈를 더하려면 EulerStep이나, eta = 0인 DDIMStep을 쓰세요.',
  emptyList: '타임스텝 목록에 단계가 하나는 있어야 하는데 없습니다.',
  connectTimesteps: 'Timesteps를 연결하세요. 첫 t와 마지막 t_prev를 씁니다.',
  notAtEnd: '{steps}단계 안에 끝에 닿아야 하는데 t = {t}까지 갔습니다.',
  raiseSteps: 'max_steps나 단계의 rtol을 높이세요.',
  notMoved: '{input}의 다음 단계인 {slot}이(가) 연결되어 있지 않습니다.',
  connectStep: 'x_t에 단계를 적용한 결과를 연결하세요.',
  connectLikelihoodStep: 'LikelihoodStart의 x_t에 단계를 적용한 결과를 연결하세요.',
  stepIndex: '이 단계의 차수를 정하는 단계 번호가 t와 함께 있어야 하는데 t만 있습니다.',
  connectStart: 'SamplingStart의 t를 연결하세요.',
  bh1AtData:
    'bh1에는 노이즈가 남은 곳에서 끝나는 타임스텝 목록이어야 하는데, B(h) = h가 무한대인 깨끗한 데이터에서 끝납니다.',
  useBh2: 'solver_type을 bh2로, 또는 Timesteps의 `end`를 smallest로 정하세요.',

  // 루프와 도구
  noElements: '원소가 하나 이상인 목록이 필요한데 비어 있습니다.',
  writeElements: '1, 2, 5, 10처럼 수나 이름을 적으세요.',
  longList: '목록은 {most}자까지인데 {count}자입니다.',
  shortenList: '목록을 줄이세요.',
  manyElements: '원소는 {most}개까지인데 {count}개 이상입니다.',
  fewerElements: '원소를 지우거나 범위의 간격을 키우세요.',
  emptyRange: '수가 하나 이상인 범위가 필요한데 {range}입니다.',
  writeRange: '0:10:2나 10:0:-2처럼 시작:끝:간격으로 적으세요. 끝은 들어가지 않습니다.',
  otherSamples: '첫 반복과 같은 샘플 [{expected}]이(가) 필요한데 [{got}]입니다.',
  sameSamples: '모양이 같은 샘플만 모으세요.',
  conditions: '조건은 항목마다 하나([{expected}])이거나 모두에 하나여야 하는데 [{got}]입니다.',
  sameBatch: 'condition과 x_0을 같은 Batch에서 받으세요.',
  otherType: 'RepeatStart의 {slot}처럼 {expected}이어야(여야) 하는데 {got}입니다.',
  keepType: '양 끝에 같은 종류를 연결하세요. 루프는 값의 종류를 바꾸지 않습니다.',
  severalTimesteps: '타임스텝이 하나여야 하는데 서로 다른 것이 {count}개입니다.',
  oneTimestep: 'Timestep을 연결하세요. 모든 항목의 반복 횟수가 같습니다.',
  fractionalTimestep: '-1 이상의 정수 타임스텝이어야 하는데 {got}입니다.',
  connectTimestep: 'Timestep을 연결하세요.',
  waitingLoop:
    '{title}은(는) 반복 사이에 데이터를 기다리는데, 스크립트는 기울기를 기록하는 동안 기다릴 수 없습니다.',
  moveOut: '루프 밖으로 옮기세요.',
  otherKind: 'a처럼 {expected}이어야(여야) 하는데 {got}입니다.',
  mixOneKind: '같은 종류의 값을 섞으세요. ConvertPrediction은 예측을 샘플로도 내보냅니다.',
  mask: '수 하나나 a의 모양 [{expected}]에 맞는 마스크여야 하는데 [{got}]입니다.',
  fitMask: '마스크를 a만 한 크기로 만들되, 바뀌지 않는 축은 크기를 1로 하세요.',
  independentValue: '값이 {start}의 x에 따라 달라져야 하는데, 그렇지 않습니다.',
  connectEach: '값을 계산하는 노드에, {start}에 들어가는 값 대신 {start}의 x를 연결하세요.',
  tangentShape: '{argument}의 모양 [{expected}]이어야 하는데 [{got}]입니다.',
  fitTangent: '{argument}의 원소마다 방향이 있는 값을 연결하세요.',
}
