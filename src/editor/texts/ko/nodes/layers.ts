// 분류 layers(층)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

const [images, tokens, tokensOrImages] = [
  '이미지 [h, w, c]',
  '토큰 [n, c]',
  '토큰 [n, c] 또는 이미지 [h, w, c]',
]
const [likeX, activated, normalized] = [
  '모양이 x와 같은 특징',
  '활성화 함수를 거친 특징',
  '정규화한 특징',
]
const name = '층의 이름. 모델 안에서 하나뿐이어야 합니다. 가중치를 이 이름으로 저장하고 다시 씁니다'
const bias = '출력 채널마다 학습하는 수를 더합니다'
const [out, outOrSame] = ['출력 채널 수', '출력 채널 수. 0이면 x와 같음']
const withOut = '채널이 `out`개인 이미지'
const heads = '어텐션 헤드의 수. 채널 수의 약수여야 합니다'
const groups = '그룹 정규화의 그룹 수. 채널 수의 약수여야 합니다'
const groupEps = '그룹 정규화에서 분산에 더하는 값'
const divisor = '스킵 연결을 더한 값을 나누는 수'
const attentionKind = {
  about: '어텐션의 종류',
  each: {
    softmax: '소프트맥스 어텐션',
    linear: '선형 어텐션, 토큰이나 픽셀이 많을 때(Shen et al. 2021)',
  },
}
const projectionBias = '쿼리, 키, 값으로 투영할 때의 바이어스'
const [height, width] = ['이미지의 높이(픽셀)', '이미지의 너비(픽셀)']

/** 활성화 함수의 입력과 출력. */
const activation = { inputs: { x: '특징' }, outputs: { features: activated } }

export const layers = {
  Add: {
    summary: '특징을 원소마다 더합니다. 벡터는 모든 픽셀이나 토큰에 더합니다.',
    inputs: {
      x: '모양이 같은 특징, 또는 채널 수가 같은 벡터',
    },
    outputs: {
      features: '합',
    },
  },

  AttentionBlock: {
    summary: 'UNet의 어텐션 블록: 그룹 정규화와 모든 픽셀 사이의 셀프 어텐션, 스킵 연결입니다.',
    inputs: {
      x: images,
    },
    outputs: {
      features: '모양이 x와 같은 이미지',
    },
    params: {
      heads,
      groups: `${groups}. 0이면 정규화 없음`,
      kind: attentionKind,
      divisor,
      eps: groupEps,
      name,
    },
  },

  AvgPool: {
    summary:
      '평균 풀링: 정사각형 안의 픽셀(PyTorch의 AvgPool2d)이나 이미지의 모든 픽셀을 평균합니다.',
    inputs: {
      x: images,
    },
    outputs: {
      features: '더 작은 이미지. 크기가 0이면 벡터 [c]',
    },
    params: {
      size: '정사각형의 한 변(픽셀). 높이와 너비의 공약수여야 합니다. 0이면 모든 픽셀',
    },
  },

  Concat: {
    summary:
      '특징을 채널 방향으로 이어 붙입니다. 예를 들어 디코더의 특징과 그 스킵 연결을 합칩니다.',
    inputs: {
      x: '크기가 같은 특징. 채널 수는 달라도 됩니다',
    },
    outputs: {
      features: '모든 입력의 채널을 차례로 이은 특징',
    },
  },

  ConditionInput: {
    summary:
      '층으로 된 신경망의 조건입니다. Predict나 Sampler가 받는 조건으로, 레이블, 수, 벡터, 토큰, 추가 채널 가운데 하나입니다.',
    inputs: {
      x: 'ModelInput의 x. 추가 채널의 높이와 너비를 정합니다',
      vocabulary: 'labels_per_item을 캡션의 단어 수로 정합니다',
    },
    outputs: {
      features: '조건',
    },
    params: {
      kind: {
        about: '조건의 종류',
        each: {
          labels: '클래스 레이블. LabelEmbedding이나 TokenEmbedding에 연결',
          number: '두 번째 시간처럼 항목마다 수 하나. TimeEmbedding에 연결',
          vector: '항목마다 벡터 하나',
          tokens: '항목마다 벡터 여러 개. CrossAttention에 연결',
          channels: '추가 채널. Concat으로 x와 합칩니다. 마스크, 알려진 픽셀, 추정값 등',
        },
      },
      labels_per_item: '항목마다의 레이블 수. LabelTokens가 내는 수와 같게',
      width: '벡터의 크기',
      channels: '추가 채널이나 추가 좌표의 수',
    },
  },

  Conv: {
    summary:
      '이미지의 합성곱(PyTorch의 Conv2d), 또는 이미지를 키우는 전치 합성곱(ConvTranspose2d)입니다.',
    inputs: {
      x: images,
    },
    outputs: {
      features: withOut,
    },
    params: {
      out,
      kernel: '커널의 높이와 너비',
      stride:
        '커널이 움직이는 간격(픽셀). 1이나 2, 또는 패딩 없이 패치로 나눌 때의 커널 크기. 전치 합성곱은 이 배수로 키움',
      padding:
        '사방의 제로 패딩. 스트라이드가 1이고 (kernel - 1) / 2이면 크기가 그대로. 전치 합성곱은 결과를 이만큼 자름',
      groups: '따로 합성곱하는 채널 그룹의 수. x의 채널 수와 `out`의 공약수여야 합니다',
      transposed: '전치 합성곱',
      bias,
      name,
    },
  },

  CrossAttention: {
    summary: '멀티 헤드 크로스 어텐션: 토큰이나 픽셀마다 조건의 토큰에 주목합니다.',
    inputs: {
      x: '쿼리: 토큰 [n, c] 또는 이미지 [h, w, c]',
      context: '키와 값: 토큰 [m, d]. 예를 들어 ConditionInput의 것',
    },
    outputs: {
      features: likeX,
    },
    params: {
      heads,
      bias: projectionBias,
      name,
    },
  },

  Downsample: {
    summary:
      'UNet의 레벨 사이처럼, 스트라이드 2의 3 x 3 합성곱으로 높이와 너비를 절반으로 줄입니다.',
    inputs: {
      x: images,
    },
    outputs: {
      features: '높이와 너비가 절반인 이미지',
    },
    params: {
      out: outOrSame,
      padding: {
        about: '합성곱의 제로 패딩',
        each: { '0': '오른쪽과 아래에만', '1': '사방에' },
      },
      name,
    },
  },

  Dropout: {
    summary:
      '학습할 때 무작위로 고른 원소를 0으로 하고 나머지를 1 - rate로 나눕니다. 샘플링할 때는 그대로 둡니다.',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: likeX,
    },
    params: {
      rate: '원소가 0이 될 확률',
      name: '층의 이름. 모델 안에서 하나뿐이어야 합니다',
    },
  },

  Flatten: {
    summary: '이미지를 픽셀마다 토큰 하나로, 또는 항목의 모든 수를 벡터 하나로 바꿉니다.',
    inputs: {
      x: '이미지 [h, w, c]. 벡터로 바꿀 때는 토큰 [n, c]도 됩니다',
    },
    outputs: {
      features: '같은 수로 된 토큰이나 벡터',
    },
    params: {
      to: {
        about: '출력의 형식',
        each: { tokens: '토큰 [h w, c], 픽셀마다 하나', vector: '벡터 [h w c]' },
      },
    },
  },

  FourierFeatures: {
    summary:
      '푸리에 특징: 좌표에 그 1, 2, 4, ... 배의 사인과 코사인을 이어 붙입니다. 세밀한 구조에 씁니다.',
    inputs: {
      x: '점 같은 벡터 [d]',
    },
    outputs: {
      features: '벡터 [(1 + 2 count) d]',
    },
    params: {
      count: '주파수의 수',
    },
  },

  GELU: {
    summary: 'GELU 활성화 함수: x에 표준 정규 분포의 누적 분포 함수를 곱합니다.',
    ...activation,
    params: {
      approximate: {
        about: 'Φ를 계산하는 방법',
        each: { none: '정확히', tanh: 'GPT-2와 DiT처럼 tanh로 근사' },
      },
    },
  },

  GroupNorm: {
    summary: '그룹 정규화: 채널 그룹마다 항목의 모든 픽셀이나 토큰에 걸쳐 정규화합니다.',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: normalized,
    },
    params: {
      groups: '채널 그룹의 수. 채널 수의 약수여야 합니다',
      eps: '분산에 더하는 값',
      name,
    },
  },

  LabelEmbedding: {
    summary: '클래스 레이블을 학습하는 벡터로 임베딩합니다(PyTorch의 Embedding).',
    inputs: {
      labels: 'ConditionInput의 레이블',
      dataset: '클래스 수를 정하는 데이터 세트',
    },
    outputs: {
      features: '벡터 [c]. 항목마다 레이블이 여럿이면 토큰 [n, c]',
    },
    params: {
      num_classes: '클래스 수. 레이블 없음을 나타내는 벡터가 하나 더 있습니다',
      out: '벡터의 크기',
      name,
    },
  },

  LayerNorm: {
    summary: '층 정규화: 픽셀, 토큰, 벡터마다 채널에 걸쳐 정규화합니다.',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: normalized,
    },
    params: {
      affine: '채널마다 γ와 β를 학습합니다',
      eps: '분산에 더하는 값',
      name,
    },
  },

  Linear: {
    summary: '벡터, 토큰, 픽셀마다 채널에 적용하는 선형 층입니다(PyTorch의 Linear).',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: '채널이 `out`개인 특징',
    },
    params: {
      out,
      bias,
      name,
    },
  },

  LinearAttention: {
    summary:
      '멀티 헤드 셀프 어텐션을 토큰이나 픽셀의 수에 비례하는 시간에 계산합니다. 큰 이미지에 씁니다.',
    inputs: {
      x: tokensOrImages,
    },
    outputs: {
      features: likeX,
    },
    params: {
      heads,
      bias: projectionBias,
      name,
    },
  },

  Mish: {
    summary: 'Mish 활성화 함수: x tanh(softplus(x))입니다.',
    ...activation,
  },

  ModelInput: {
    summary: '층으로 된 신경망의 입력: 노이즈 낀 데이터 x_t와 그 타임스텝 t입니다.',
    inputs: {
      dataset: '데이터의 모양을 정하는 데이터 세트',
    },
    outputs: {
      x: '노이즈 낀 데이터: 이미지 [h, w, c] 또는 점 [d]',
      t: '타임스텝. TimeEmbedding에 연결',
    },
    params: {
      shape: '항목 하나의 모양: 이미지의 높이, 너비, 채널 또는 점의 차원',
    },
  },

  ModelOutput: {
    summary:
      'x까지 이어진 층들로 모델을 만듭니다. 가중치는 새로 시작하거나 다른 모델에서 가져옵니다.',
    inputs: {
      x: '예측. ModelInput의 x와 같은 모양. 분산도 예측하면 채널이 두 배',
      weights: '이름과 모양이 같은 층에 가중치를 줄 모델. 나머지는 새로 시작합니다',
    },
    outputs: {
      model: '이 층들로 된 모델',
    },
    params: {
      predicts: shared.predicts,
      learned_variance: shared.learnedVariance,
      origin: '이 층들이 대신하는 닫힌 모델의 설정. 층들은 그 모델과 같은 가중치에서 시작합니다',
      seed: shared.weightSeed,
    },
  },

  Modulate: {
    summary: '임베딩의 일부 같은 벡터로 채널마다 스케일하고 이동합니다(FiLM, adaLN).',
    inputs: {
      x: '특징. 보통 정규화한 것',
      scale: 'γ: x와 채널 수가 같은 벡터',
      shift: 'β: x와 채널 수가 같은 벡터',
    },
    outputs: {
      features: '스케일하고 이동한 특징',
    },
  },

  Multiply: {
    summary: '특징을 원소마다 곱합니다. 벡터는 모든 픽셀이나 토큰에 곱합니다.',
    inputs: {
      x: '모양이 같은 특징, 또는 채널 수가 같은 벡터',
    },
    outputs: {
      features: '곱',
    },
  },

  Patchify: {
    summary: '이미지를 정사각형 패치로 나누어, 비전 트랜스포머처럼 패치마다 토큰 하나로 바꿉니다.',
    inputs: {
      x: images,
    },
    outputs: {
      features: '토큰 [h w / size², size² c]',
    },
    params: {
      size: '패치의 한 변(픽셀). 높이와 너비의 공약수여야 합니다',
    },
  },

  PositionEmbedding: {
    summary: '토큰마다 그 위치의 벡터를 더합니다. 학습하는 벡터, 또는 사인과 코사인입니다.',
    inputs: {
      x: tokens,
    },
    outputs: {
      features: tokens,
    },
    params: {
      kind: {
        about: '벡터의 종류',
        each: {
          learned: '위치마다 학습하는 벡터',
          sines: '열과 행의 고정된 사인과 코사인. DiT처럼',
        },
      },
      height: '토큰 격자의 높이. 이미지의 높이를 패치의 크기로 나눈 값',
      width: '토큰 격자의 너비. 이미지의 너비를 패치의 크기로 나눈 값',
      name,
    },
  },

  ReLU: {
    summary: 'ReLU 활성화 함수: max(x, 0)입니다.',
    ...activation,
  },

  ResBlock: {
    summary:
      'UNet의 잔차 블록: 그룹 정규화, 활성화 함수, 3 x 3 합성곱을 두 번 하고 스킵 연결을 더합니다. 임베딩은 두 합성곱 사이에 들어갑니다.',
    inputs: {
      x: images,
      embedding: 't와 클래스의 임베딩 같은 벡터. 연결하지 않으면 임베딩 없음',
    },
    outputs: {
      features: withOut,
    },
    params: {
      out: outOrSame,
      groups: '그룹 정규화의 그룹 수. x의 채널 수와 `out`의 공약수여야 합니다',
      time_scale_shift: {
        about: '임베딩이 들어가는 방법',
        each: { default: '활성값에 더함', scale_shift: '그룹 정규화의 스케일과 이동' },
      },
      resample: {
        about: '블록 안에서 크기를 바꾸는 방법',
        each: {
          none: '높이와 너비를 그대로',
          down: '평균 풀링으로 높이와 너비를 절반으로',
          up: '최근접 이웃 업샘플링으로 높이와 너비를 두 배로',
        },
      },
      activation: '활성화 함수. 임베딩에도 적용합니다',
      dropout: '학습할 때 두 번째 합성곱 앞의 드롭아웃 비율',
      divisor,
      eps: groupEps,
      name,
    },
  },

  Reshape: {
    summary: '수와 그 순서는 그대로 두고 특징의 모양을 바꿉니다.',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: '모양을 바꾼 특징',
    },
    params: {
      shape: '배치를 뺀 항목 하나의 모양: [h, w, c], [n, c] 또는 [c]',
    },
  },

  RMSNorm: {
    summary: '픽셀, 토큰, 벡터를 저마다 채널의 제곱평균제곱근으로 나눕니다.',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: normalized,
    },
    params: {
      eps: '제곱의 평균에 더하는 값',
      name,
    },
  },

  Scale: {
    summary: '특징에 수 하나를 곱하거나 나누고, 또는 채널마다 학습하는 수를 곱합니다.',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: '스케일한 특징',
    },
    params: {
      by: {
        about: '특징을 스케일하는 방법',
        each: {
          factor: '`factor`를 곱하고 `shift`를 더함',
          divisor: '`factor`로 나눔',
          learned: '채널마다 학습하는 수를 곱함. `factor`가 0이면 0에서, 아니면 1에서 시작',
        },
      },
      factor: '곱하거나 나누는 수',
      shift: '더하는 수',
      name,
    },
  },

  ScaledDotProductAttention: {
    summary:
      '선형 층 없이, 쿼리가 키와 값에 주목하는 멀티 헤드 어텐션입니다(PyTorch의 scaled_dot_product_attention).',
    inputs: {
      q: '쿼리: 토큰 [n, c]',
      k: '키: 토큰 [m, c]',
      v: '값: 토큰 [m, c]',
    },
    outputs: {
      features: tokens,
    },
    params: {
      heads,
      kind: attentionKind,
    },
  },

  SelfAttention: {
    summary: '멀티 헤드 셀프 어텐션: 항목의 모든 토큰이나 이미지의 모든 픽셀이 서로 주목합니다.',
    inputs: {
      x: tokensOrImages,
    },
    outputs: {
      features: likeX,
    },
    params: {
      heads,
      bias: projectionBias,
      name,
    },
  },

  SiLU: {
    summary: 'SiLU(swish) 활성화 함수: x에 그 시그모이드를 곱합니다.',
    ...activation,
  },

  Softmax: {
    summary: '픽셀, 토큰, 벡터마다 채널에 걸친 소프트맥스입니다.',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: '채널에 걸친 합이 1인 0~1의 수',
    },
  },

  Split: {
    summary: '채널을 똑같이 나눈 것 가운데 하나입니다(PyTorch의 chunk).',
    inputs: {
      x: '특징',
    },
    outputs: {
      features: '그 부분의 채널로 된 특징',
    },
    params: {
      count: '나누는 수. 채널 수의 약수여야 합니다',
      index: '고를 부분. 첫 부분은 0',
    },
  },

  Tanh: {
    summary: '쌍곡탄젠트: -1과 1 사이의 활성화 함수입니다.',
    ...activation,
  },

  Divide: {
    summary: '특징을 벡터로 나눕니다. 수 하나로, 또는 채널마다 다른 수로 나눕니다.',
    inputs: {
      x: '특징',
      by: 'd: TimeValue처럼 수 하나의 벡터, 또는 채널 수만큼의 벡터',
    },
    outputs: {
      features: '몫',
    },
  },

  FourierTimeEmbedding: {
    summary:
      '노이즈 수준처럼 0보다 큰 타임스텝의 로그를, 고정된 무작위 주파수의 사인과 코사인으로 임베딩합니다.',
    inputs: {
      t: 'ModelInput의 t, 또는 ConditionInput의 수',
    },
    outputs: {
      features: '벡터 [c]',
    },
    params: {
      channels: '사인과 코사인의 수. 짝수',
      scale: '주파수 w의 표준편차',
      name,
    },
  },

  LearnedTimeEmbedding: {
    summary: '정수 타임스텝을 저마다 학습하는 벡터로 임베딩합니다.',
    inputs: {
      t: 'ModelInput의 t, 또는 ConditionInput의 수',
    },
    outputs: {
      features: '벡터 [c]',
    },
    params: {
      num_train_timesteps: '스케줄의 타임스텝 수',
      out: '벡터의 크기',
      name,
    },
  },

  TimeValue: {
    summary: '타임스텝이나 다른 수를, 그 수 하나의 벡터로 바꿉니다.',
    inputs: {
      t: 'ModelInput의 t, 또는 ConditionInput의 수',
    },
    outputs: {
      features: '벡터 [1]',
    },
  },

  TimeEmbedding: {
    summary:
      '타임스텝이나 다른 수를 벡터로 임베딩합니다. 사인과 코사인 뒤에 선형 층 둘이 있고, 그 사이에 SiLU가 있습니다.',
    inputs: {
      t: 'ModelInput의 t, 또는 ConditionInput의 수',
    },
    outputs: {
      features: '벡터 [c]',
    },
    params: {
      channels: '사인파 임베딩의 크기',
      layers: '사인파 임베딩 뒤의 선형 층',
      out: '벡터의 크기',
      flip_sin_to_cos: '코사인을 사인보다 먼저',
      freq_shift: '주파수 이동. DDPM은 1',
      name,
    },
  },

  TokenEmbedding: {
    summary: '여러 레이블을 저마다 학습하는 벡터인 토큰으로 임베딩합니다(PyTorch의 Embedding).',
    inputs: {
      labels: 'ConditionInput의 레이블',
      vocabulary: '토큰의 수를 캡션의 단어로 정합니다',
    },
    outputs: {
      features: '토큰 [n, c]. CrossAttention 등에 연결',
    },
    params: {
      num_classes: '서로 다른 레이블의 수. 레이블 없음을 나타내는 벡터가 하나 더 있습니다',
      out: '토큰의 크기',
      name,
    },
  },

  TransformerBlock: {
    summary:
      'UNet의 트랜스포머: 픽셀 사이의 셀프 어텐션, 토큰에 대한 크로스 어텐션, 피드포워드 신경망에 저마다 스킵 연결이 있습니다.',
    inputs: {
      x: images,
      context: '토큰 [m, d]. 예를 들어 ConditionInput의 것',
    },
    outputs: {
      features: '모양이 x와 같은 이미지',
    },
    params: {
      heads,
      groups,
      layers: '이어지는 트랜스포머 블록의 수',
      linear_projection: '트랜스포머 블록 앞뒤에 1 x 1 합성곱 대신 선형 층을 씁니다',
      name,
    },
  },

  Unflatten: {
    summary: '토큰이나 벡터를 이미지로 바꿉니다. Flatten의 역연산입니다.',
    inputs: {
      x: '토큰 [h w, c] 또는 벡터 [h w c]',
    },
    outputs: {
      features: images,
    },
    params: {
      height,
      width,
    },
  },

  Unpatchify: {
    summary: '토큰을 이미지의 정사각형 패치로 바꿉니다. Patchify의 역연산입니다.',
    inputs: {
      x: '토큰 [h w / size², size² c]',
    },
    outputs: {
      features: images,
    },
    params: {
      size: '패치의 한 변(픽셀)',
      height,
      width,
    },
  },

  Upsample: {
    summary: '최근접 이웃 업샘플링으로 높이와 너비를 두 배로 하고, 필요하면 3 x 3 합성곱을 합니다.',
    inputs: {
      x: images,
    },
    outputs: {
      features: '높이와 너비가 두 배인 이미지',
    },
    params: {
      conv: 'UNet의 레벨 사이처럼, 업샘플링 뒤의 합성곱',
      out: outOrSame,
      name,
    },
  },
} satisfies Record<string, NodeTexts>
