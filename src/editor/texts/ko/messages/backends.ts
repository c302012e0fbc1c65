// 백엔드의 보고: 무엇으로 계산하는지, 왜 그런지.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type {
  backendMessages,
  selfTestWords,
  replayMessages,
} from '../../../../engine/messages/backends.ts'

export const koBackends: SameKeys<typeof backendMessages> = {
  // 선택
  chosen: '{name} ({device~}), 직접 고름',
  insteadOf: '{name} ({device~}). {preferred} 대신 씀: {reason~}',
  measured: '{name} ({device~}), {reason~}',
  fastest: '{name} ({device~}), 여기서 가장 빠름',
  stepTime: '측정 결과 학습 한 단계에 {milliseconds} ms',
  noneWorks: '자체 점검을 통과한 백엔드가 없습니다. {reasons~}',

  // 다른 백엔드를 쓰는 까닭
  otherPreferred: '{name}을(를) 골랐습니다',
  otherChosen: '다른 백엔드를 골랐습니다',
  slowerStep: '학습 한 단계에 {own} ms, {name}은(는) {other} ms가 걸립니다',
  slowerBefore: '앞서 측정했을 때 {name}이(가) 더 빨랐음',
  slowerThanGPU: 'GPU로 계산하는 WebGPU보다 느립니다',
  slowest: '단연 가장 느립니다',
  noWebGPU: '여기서는 WebGPU를 쓸 수 없습니다',
  noAdapter: 'WebGPU가 그래픽 어댑터를 찾지 못했습니다',
  softwareAdapter: '그래픽 어댑터를 소프트웨어({device})로 흉내 내어 wasm보다 열 배쯤 느립니다',
  noWasm: '여기서는 WebAssembly를 쓸 수 없습니다',
  noWebGL: '여기서는 WebGL 2를 쓸 수 없습니다',
  softwareRenderer: '렌더러를 소프트웨어({renderer})로 흉내 냅니다',
  notStarted: '시작하지 못했습니다: {problem~}',
  notInitialised: 'tfjs가 초기화하지 못했습니다',
  selfTest: '기울기 자체 점검을 통과하지 못했습니다: {problem~}',
  wrongNumber: '{quantity~}이(가) {expected}이어야(여야) 하는데 {got}입니다',

  // 장치와 커널
  plainJavaScript: '순수 JavaScript',
  noSimd: 'SIMD 없음, 스레드 1개',
  oneThread: 'SIMD, 스레드 1개',
  threads: 'SIMD, 스레드 {threads}개',
  relaxedOneThread: '완화된 SIMD, 스레드 1개',
  relaxedThreads: '완화된 SIMD, 스레드 {threads}개',
  fusedFaster: '여기서 측정한 결과: 융합 곱셈-덧셈(완화된 SIMD)이 더 빠릅니다',
  fusedNotFaster: '여기서 측정한 결과: 융합 곱셈-덧셈(완화된 SIMD)이 크게 더 빠르지 않습니다',
  tuned: '여기서 측정한 결과: {choices}',
  tunedDefault: '여기서 측정한 결과: 기본 커널이 가장 빠릅니다',
  tunedRejected:
    '{choices}. float16이나 서브그룹을 쓰는 커널은 그래디언트가 틀려서 사용하지 않습니다',
  notTuned: '커널을 측정하지 못했습니다: {problem~}',
  threadFailed:
    'wasm 백엔드의 스레드 하나가 실패했습니다. 다시 실행하세요. 이제부터 스레드 1개로 계산합니다.',
  computationFailed: '계산하지 못했습니다: {problem}',
}

export const koSelfTestWords: SameKeys<typeof selfTestWords> = {
  loss: '손실',
  weights: '가중치의 기울기',
  biases: '편향의 기울기',
  classEmbeddings: '클래스 임베딩의 기울기',
  outputWeights: '출력 가중치의 기울기',
  imageLoss: '이미지 단계의 손실',
  convolution: '첫 합성곱의 기울기',
  stridedConvolution: '스트라이드가 있는 합성곱의 기울기',
  normScales: '그룹 정규화 배율의 기울기',
  queries: '쿼리의 기울기',
  keys: '키의 기울기',
  values: '값의 기울기',
}

export const koReplay: SameKeys<typeof replayMessages> = {
  changingScalars: '단계마다 스칼라가 바뀜',
  timed: '이미지를 읽거나 시간을 재는 중',
  differingCommands: '명령이 매번 다름',
  sharedResult: '결과가 메모리를 함께 씀',
  sharedGradients: '기울기가 메모리를 함께 씀',
  foreignRelease: '제 것이 아닌 버퍼를 해제함',
  foreignRead: '입력이 아닌 버퍼를 읽음',
  secondOrder: '이차 기울기의 일부임',
  attentionMaps: '어텐션 맵을 기록하는 중',
}
