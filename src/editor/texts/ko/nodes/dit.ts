// 확산 트랜스포머(DiT)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const dit = {
  DiT: {
    summary:
      '이미지를 위한 새 신경망: 확산 트랜스포머입니다. 이미지의 패치가 토큰이 되어 서로에게 주목합니다. 시간과 클래스가 층의 스케일과 이동을 정합니다(adaLN-zero).',
    inputs: {
      dataset: '이미지의 크기, 채널, 클래스 수를 정하는 데이터 세트',
    },
    outputs: {
      model: shared.untrainedModel,
    },
    params: {
      sample_size: shared.imageSize,
      channels: shared.imageChannels,
      patch_size: '패치의 한 변(픽셀). 한 변이 절반이면 토큰이 네 배가 됩니다',
      num_layers: '이어지는 트랜스포머 블록의 수',
      num_attention_heads: '블록마다의 어텐션 헤드 수',
      attention_head_dim: '헤드마다의 채널 수. 모든 헤드의 채널이 토큰의 너비입니다',
      num_classes: shared.numClasses,
      predicts: shared.predicts,
      learned_variance: shared.learnedVariance,
      dropout: '학습할 때 어텐션 뒤와 피드포워드 신경망의 드롭아웃 비율',
      zero_init:
        '스케일과 이동을 정하는 층을 0으로 초기화합니다. 블록이 모두 항등 함수에서 시작합니다(adaLN-zero)',
      seed: shared.weightSeed,
    },
  },

  JiT: {
    summary:
      '이미지를 위한 새 신경망: 원래 픽셀의 패치에 쓰는 단순한 트랜스포머로, 깨끗한 데이터를 예측합니다. 토큰은 병목을 거쳐 들어오고, 회전으로 위치를 압니다.',
    inputs: {
      dataset: '이미지의 크기, 채널, 클래스 수를 정하는 데이터 세트',
    },
    outputs: {
      model: shared.untrainedModel,
    },
    params: {
      sample_size: shared.imageSize,
      channels: shared.imageChannels,
      patch_size: '패치의 한 변(픽셀). 한 변이 절반이면 토큰이 네 배가 됩니다',
      bottleneck: '패치를 임베딩하는 두 선형층 사이의 너비. 패치의 픽셀 수보다 작아도 됩니다',
      num_layers: '이어지는 트랜스포머 블록의 수',
      num_heads: '블록마다의 어텐션 헤드 수',
      head_dim: '헤드마다의 채널 수. 4의 배수이고, 모든 헤드의 채널이 토큰의 너비입니다',
      num_classes: shared.numClasses,
      predicts: {
        about:
          '모델의 예측 유형. 논문에서 이들을 비교하는데, 패치가 크면 깨끗한 데이터의 예측만 잘됩니다',
        each: shared.predicts.each,
      },
      seed: shared.weightSeed,
    },
  },

  DiTBlock: {
    summary:
      '확산 트랜스포머의 블록: 토큰이 서로에게 주목하는 어텐션과 피드포워드 신경망입니다. 시간과 조건의 벡터가 스케일과 이동을 정합니다(adaLN).',
    inputs: {
      x: '토큰 [n, c]. Patchify의 출력처럼',
      embedding: '벡터. TimeEmbedding의 출력처럼',
    },
    outputs: {
      features: '같은 모양의 토큰',
    },
    params: {
      heads: '헤드 수. 채널 수의 약수여야 합니다',
      activation: {
        about: '피드포워드 신경망의 활성화 함수',
        each: { gelu_tanh: 'tanh로 근사한 GELU', gelu: '정확한 GELU' },
      },
      dropout: '어텐션 뒤와 피드포워드 신경망의 드롭아웃 비율',
      bias: '쿼리, 키, 값에 채널마다 학습하는 수를 더함',
      affine: '두 번째 정규화의 학습하는 스케일과 이동',
      eps: '정규화에서 분산에 더하는 값',
      name: '층의 이름. 가중치의 이름에 들어갑니다. 한 모델의 층은 이름이 서로 달라야 합니다',
    },
  },
} satisfies Record<string, NodeTexts>
