// 측정 페이지의 한국어 텍스트. 페이지와 함께 불러온다.
import type { BenchTexts } from '../en/bench.ts'
import { subject } from './particles.ts'

export const bench: BenchTexts = {
  title: '이 기기에서 측정하기',
  about:
    '백엔드마다 커널을 점검한 다음, 두 UNet의 학습과 샘플링 한 단계에 걸리는 시간을 기본 tfjs로 계산한 ' +
    '같은 단계와 나란히 측정합니다. 2분쯤 걸립니다. 아무것도 밖으로 보내지 않습니다.',
  advice:
    '정확하게 측정하려면 다른 프로그램과 탭을 닫고, 충전기를 연결하고, 끝날 때까지 이 페이지를 ' +
    '보이게 두세요.',
  start: '시작',
  again: '다시 측정',
  stop: '중지',
  toEditor: '편집기 열기',
  copyMarkdown: 'Markdown으로 복사',
  copyJson: 'JSON으로 복사',
  copied: '복사했습니다.',
  notCopied: (problem) =>
    `브라우저가 복사하지 못했습니다: ${problem}. 아래 텍스트를 선택해 직접 복사하세요.`,
  asText: '텍스트로 된 결과',
  progress: (done, total) => `${total}개 가운데 ${done}개 측정함`,
  testing: (backend) => `${backend} 시작과 자체 점검`,
  measuring: (backend, what, side) => `${backend}: ${what}, ${side}`,
  ended: (rows, time) => `${time} 동안 ${rows}번 측정했습니다.`,
  stopped: (rows) => `${rows}번 측정하고 중지했습니다.`,

  machine: '이 기기',
  graphics: '그래픽',
  processor: '프로세서',
  cores: (count) => `코어 ${count}개`,
  threads: (count) => `스레드 ${count}개`,
  browser: '브라우저',
  app: '버전',
  commit: (commit) => `커밋 ${commit}`,
  unknown: '브라우저가 알려 주지 않음',

  tests: '자체 점검',
  backend: '백엔드',
  device: '장치',
  result: '결과',
  passed: (count, deviation, tolerance) =>
    `커널 ${count}종 통과. 가장 큰 편차 ${deviation}, 허용 ${tolerance}`,
  failed: (families) => `통과하지 못함: ${families}`,
  failure: (family, deviation) => `${family} (편차 ${deviation})`,
  reference: '자체 점검의 기준',
  notAvailable: (reason) => `쓸 수 없음: ${reason}`,

  steps: '한 단계의 시간',
  model: '모델',
  step: '단계',
  ours: '이 프로그램',
  stock: '기본 tfjs',
  ratio: '빠르기',
  times: (ratio) => `${ratio}배`,
  images: (count) => `이미지 ${count}장`,
  models: {
    tiny: '아주 작은 UNet, 8 × 8',
    digits: '작은 UNet, 8 × 8, 파라미터 17만 7천 개',
    small: 'UNet, 16 × 16, 파라미터 36만 8천 개',
    reference: '기준 UNet, 32 × 32, 파라미터 650만 개',
    cifar10: 'CIFAR-10용 DDPM의 UNet, 32 × 32, 파라미터 3천570만 개',
  },
  tasks: { train: '학습', sample: '샘플링' },
  timing: (median, low, high) => `${median} (${low} ~ ${high})`,
  stepCount: (count) => `${count}단계`,
  legend:
    '모든 단계의 중앙값과 사분위수. 두 쪽이 같은 단계를 번갈아 계산하고 결과를 비교합니다. 학습 한 ' +
    '단계는 모든 기울기와 Adam이며 손실을 읽습니다. 샘플링 한 단계는 DDIM 한 단계이며 이미지를 읽습니다.',

  problems: {
    failed: (message) => message,
    late: (seconds) => `${seconds} 안에 결과가 없음`,
    kernel: (name) => `할 수 없음, 여기서는 tfjs에 ${name} 커널이 없음`,
    differs: (gap) => `비교하지 않음, 결과가 가장 큰 값의 ${gap}만큼 다름`,
    skipped: '해 보지 않음, 더 작은 단계가 너무 오래 걸림',
    noTime: '측정하지 않음, 시간이 다 됨',
  },
  notices: {
    notIsolated:
      '이 페이지는 교차 출처 격리가 되어 있지 않아 WebAssembly가 스레드 하나만 씁니다. 서버가 COOP와 ' +
      'COEP 헤더를 보내야 합니다.',
    hidden: '측정하는 동안 페이지가 가려져 있어서 실제보다 느리게 나왔을 수 있습니다.',
    software: (device) =>
      `그래픽 어댑터를 소프트웨어(${device})로 흉내 냅니다. 이 수치는 GPU의 것이 아닙니다.`,
    fewerThreads: (backend, threads) =>
      `${backend}: 스레드가 ${threads}개만 시작되었습니다. 서버가 빌드의 모든 파일을 보내는지 확인하세요.`,
    failedTest: (backend) =>
      `${subject(backend)} 자체 점검을 통과하지 못했습니다. 이 기기에서는 결과가 틀립니다. 다른 백엔드를 쓰세요.`,
    broken: (problem) => `측정이 일찍 끝났습니다: ${problem}`,
  },
  families: {
    linear: '선형 층',
    largeProduct: '큰 행렬 곱',
    convolution: '합성곱',
    stridedConvolution: '보폭 2의 합성곱',
    upsampling: '업샘플링 합성곱',
    groupNorm: '그룹 정규화와 SiLU',
    layerNorm: '층 정규화',
    elementwise: 'SiLU 함수',
    softmax: '소프트맥스',
    attention: '어텐션',
    residualBlock: '잔차 블록',
    attentionBlock: '어텐션 블록',
    sums: '채널 합',
    weightedSum: '가중합',
    optimizer: '클리핑을 하는 AdamW',
    average: '가중치의 이동 평균',
    random: '난수',
  },
}
