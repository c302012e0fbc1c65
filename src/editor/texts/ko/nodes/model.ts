// 분류 model(모델)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const model = {
  ActivationStorage: {
    summary:
      'WebGPU에서 샘플링할 때 모델의 UNet 활성값을 float16으로 저장합니다. 층 사이의 메모리 전송이 절반이 됩니다. 계산은 모두 float32입니다.',
    inputs: {
      model: 'UNet이 든 모델. 다른 모델에는 영향이 없습니다',
    },
    outputs: {
      model: '가중치가 같은 모델',
    },
    params: {
      activations: {
        about: '저장하는 활성값의 수 형식. TrainingStart에는 따로 있습니다',
        each: {
          float16: 'WebGPU에서 수마다 2바이트, 다른 백엔드에서는 float32',
          float32: '수마다 4바이트',
        },
      },
    },
  },

  AdaptiveProjectedGuidance: {
    summary:
      '큰 스케일을 위한 classifier-free 가이던스: 가이던스 방향에서 과포화를 일으키는 성분을 빼고, 노름을 제한하고, 단계에 걸쳐 모멘텀을 더합니다.',
    inputs: {
      conditional: shared.conditional,
      unconditional: '무조건부 예측 u. 조건 없는 Predict에서',
      x_t: '두 예측에 쓴 노이즈 낀 데이터',
      t: shared.tOfX,
      schedule: shared.trainedSchedule,
    },
    outputs: {
      prediction: '가이던스를 적용한 x_0 예측',
    },
    params: {
      scale: '가이던스 스케일 w. 1이면 가이던스 없음, 클수록 조건을 더 따름',
      eta: 'c와 평행한 성분의 가중치. 1이면 보통의 가이던스',
      norm_threshold: '항목마다 가이던스 방향의 최대 노름. 0이면 제한 없음',
      momentum: '단계에 걸친 모멘텀. 음수면 앞 단계의 방향에서 멀어짐',
    },
  },

  Attention: {
    summary:
      'UNet의 지정한 해상도에 어텐션 층을 더합니다. 픽셀마다 모든 픽셀에 주목합니다. 조건의 토큰에도 주목하거나, 선형 시간으로 모든 픽셀에 주목할 수도 있습니다.',
    inputs: {
      attention: '해상도, 종류나 헤드가 다른 어텐션을 더할 때',
    },
    outputs: {
      attention: 'UNet에 연결',
    },
    params: {
      kind: {
        about: '어텐션의 종류',
        each: {
          self: '픽셀 사이의 셀프 어텐션',
          cross:
            '트랜스포머 블록: 셀프 어텐션, 조건의 토큰에 대한 크로스 어텐션, 피드포워드 신경망',
          linear: '픽셀 사이의 선형 어텐션. 큰 이미지에',
        },
      },
      resolutions: '어텐션을 넣을 특징 맵의 한 변(픽셀), 쉼표로 구분: "8, 4". 비우면 가운데 블록만',
      by: {
        about: '채널을 헤드로 나누는 방법',
        each: { head_dim: '헤드마다의 채널 수로', heads: '헤드의 수로' },
      },
      head_dim: '헤드마다의 채널 수',
      heads: '해상도마다의 헤드 수',
      mid_block: '가운데 블록에도',
      tokens: {
        about: '조건의 형식',
        each: {
          labels: '레이블. 모델이 학습하는 임베딩 표에서 찾음',
          vectors: '벡터. PixelTokens의 출력처럼',
          captions:
            '캡션의 단어. 모델이 학습하는 임베딩 표에서 찾음. CaptionTokens의 데이터 세트를 UNet에 연결',
        },
      },
      labels_per_item: '이미지마다의 레이블 수. LabelTokens가 내는 수와 같게',
      token_width: '벡터의 크기. 선형 층이 cross_attention_dim으로 투영합니다. 0이면 이미 그 크기',
      cross_attention_dim: '크로스 어텐션에서 토큰의 너비',
      transformer_layers: '자리마다의 트랜스포머 블록 수',
      use_linear_projection:
        '트랜스포머 블록 앞뒤에 1 x 1 합성곱 대신 선형 층을 씁니다. diffusers는 둘 다 지원합니다',
    },
  },

  AttentionMaps: {
    summary:
      '예측할 때의 어텐션 맵을 이미지로 냅니다. 크로스 어텐션이면 조건의 토큰마다, 위치마다 그 토큰에 얼마나 주목하는지입니다. 셀프 어텐션이면 쿼리 픽셀이 위치마다 얼마나 주목하는지입니다.',
    inputs: {
      model: '어텐션이 있는 모델',
      x_t: shared.noisyData,
      t: shared.oneOrPerItem,
      condition: '모델의 조건. 연결하지 않으면 없음',
      image: '맵을 빨간색으로 겹쳐 그릴 이미지. 항목마다 하나, 또는 모두에 하나',
    },
    outputs: {
      maps: '[b n, h, w, 1], 항목마다 토큰 n개를 차례로. -1은 가중치 0, 1은 가중치 1. 모든 토큰의 가중치를 더하면 1. 헤드마다 내면 [b heads n, h, w, 1]. 셀프 어텐션은 n개 대신 맵 하나이고, 가장 큰 가중치가 1',
    },
    params: {
      resolution:
        '레이어를 고르지 않았을 때 특징 맵의 해상도. 0이면 토큰에 어텐션을 하는 가장 높은 해상도. 그 해상도의 블록을 평균합니다',
      layer:
        'mid_block.attentions.0 같은 어텐션 레이어 하나의 이름. ModelSummary에 레이어 목록이 있습니다. 비우면 그 해상도의 크로스 어텐션 레이어를 평균합니다',
      heads: {
        about: '레이어의 헤드',
        each: { mean: '헤드의 평균', each: '헤드마다 맵 하나' },
      },
      query_row: '셀프 어텐션: x_t에서 쿼리 픽셀의 행. -1이면 모든 행의 평균',
      query_column: '셀프 어텐션: x_t에서 쿼리 픽셀의 열. -1이면 모든 열의 평균',
    },
  },

  ClassGradient: {
    summary:
      '노이즈 낀 이미지에 대한 분류기 로그 확률의 기울기입니다. 클래스의 확률이 높아지려면 픽셀마다 어떻게 바뀌어야 하는지 나타냅니다.',
    inputs: {
      classifier: shared.noisedClassifier,
      x_t: '노이즈 낀 이미지',
      t: shared.tOfX,
      labels: '클래스 y. 이미지마다 하나, 또는 모두에 하나. -1이면 클래스 없음',
    },
    outputs: {
      gradient: 'x_t와 모양이 같은 기울기',
    },
  },

  ClassifierGuidance: {
    summary: '분류기 가이던스: 예측한 노이즈를 분류기 로그 확률의 기울기를 따라 옮깁니다.',
    inputs: {
      prediction: shared.fromPredict,
      gradient: 'x_t에 대한 로그 확률의 기울기. ClassGradient에서',
      x_t: shared.predictedFrom,
      t: shared.tOfX,
      schedule: shared.trainedSchedule,
    },
    outputs: {
      prediction: '가이던스를 적용한 예측. 유형은 그대로',
    },
    params: {
      scale: shared.classifierScale,
    },
  },

  ClassifierGuidedModel: {
    summary:
      '분류기 가이던스가 내장된 모델: 예측한 노이즈를 요청한 클래스 쪽으로 옮깁니다. 모델 자체는 클래스를 몰라도 되며 조건 없이 계산합니다.',
    inputs: {
      model: '노이즈를 제거하는 모델',
      classifier: shared.noisedClassifier,
      schedule: shared.trainedSchedule,
    },
    outputs: {
      model: '가이던스가 적용된 모델. 조건은 분류기에 줄 레이블',
    },
    params: {
      scale: shared.classifierScale,
    },
  },

  ExactModel: {
    summary:
      '가우스 혼합이나 데이터 세트의 점에 대한 최적 디노이저를 닫힌 식으로 계산합니다. 학습이 필요 없습니다.',
    inputs: {
      schedule: shared.addingSchedule,
      dataset: '혼합 `dataset`의 중심',
    },
    outputs: {
      model: '이 데이터와 이 스케줄에 정확한 모델',
    },
    params: {
      mixture: {
        about: '가우스 분포의 중심',
        each: {
          dataset: '데이터 세트의 모든 항목',
          gaussian: '원점',
          eight_gaussians: '원 위의 점 8개',
        },
      },
      std: '중심마다의 표준 편차. 0이면 중심만',
      predicts: shared.predicts,
      dim: '혼합 `gaussian`의 차원',
    },
  },

  Gaussian: {
    summary:
      '가우스 분포 하나로 된 데이터 모델입니다. 좌표마다 평균과 표준 편차를 학습합니다. 닫힌 식으로 노이즈를 제거하고 밀도도 알 수 있습니다(LogDensity).',
    inputs: {
      schedule: shared.addingSchedule,
    },
    outputs: {
      model: '학습할 모델',
    },
    params: {
      mean: '모든 좌표의 초기 평균',
      std: '모든 좌표의 초기 표준 편차',
      predicts: shared.predicts,
      dim: shared.dimension,
    },
  },

  Guidance: {
    summary: 'classifier-free 가이던스: 무조건부 예측에서 조건부 예측 쪽으로 외삽합니다.',
    inputs: {
      conditional: shared.conditional,
      unconditional: '예측 u. 조건 없는 Predict나 더 나쁜 모델에서(autoguidance)',
      t: '두 예측의 타임스텝. t_low와 t_high에 씁니다. 연결하지 않으면 항상 적용합니다',
    },
    outputs: {
      prediction: '가이던스를 적용한 예측',
    },
    params: {
      scale: shared.guidanceScale,
      rescale: shared.rescale,
      t_low: shared.tLow,
      t_high: shared.tHigh,
    },
  },

  GuidedModel: {
    summary:
      'classifier-free 가이던스나 autoguidance가 내장된 모델: 예측할 때마다 조건이 있을 때와 없을 때, 또는 더 나쁜 모델도 계산해 외삽합니다.',
    inputs: {
      model: '조건부 모델(클래스, 토큰이나 추가 채널). `worse`를 연결하면 어느 모델이든',
      worse: '멀어질, 더 작거나 덜 학습된 모델(autoguidance). 연결하지 않으면 조건 없는 같은 모델',
    },
    outputs: {
      model: '가이던스가 적용된 모델',
    },
    params: {
      scale: shared.guidanceScale,
      rescale: shared.rescale,
      t_low: shared.tLow,
      t_high: shared.tHigh,
    },
  },

  JoinConditions: {
    summary:
      '클래스와 두 번째 시간처럼 종류가 다른 조건을 하나로 합치고, 신경망이 x_t와 함께 받는 추가 채널을 더합니다. 알려진 픽셀과 마스크, 또는 데이터의 추정값입니다.',
    inputs: {
      condition: '레이블, 수(타임스텝), 벡터(점) 또는 토큰. 종류마다 하나까지',
      channels:
        '추가 채널 [b, h, w, c] 또는 좌표 [b, d]. 연결 순서대로 이어지며, 항목 하나가 모두에 쓰일 수 있습니다',
    },
    outputs: {
      condition: 'Predict, Sampler와 스텝 노드에 쓸 조건',
    },
  },

  LabelTokens: {
    summary:
      '항목마다 여러 레이블을 모아 모델이 주목할 토큰으로 만듭니다. 모델은 자기 임베딩 표에서 찾습니다. Attention의 cross를 보세요.',
    inputs: {
      labels: '항목마다 레이블 하나, 또는 모두에 하나. -1이면 없음. 연결 순서가 토큰의 순서입니다',
    },
    outputs: {
      condition: '항목마다 레이블의 열',
    },
  },

  MLP: {
    summary:
      '점을 위한 새 신경망: 타임스텝과, 있으면 클래스, 수(두 번째 시간), 벡터, 추가 좌표를 조건으로 받는 잔차 층입니다.',
    outputs: {
      model: shared.untrainedModel,
    },
    params: {
      hidden: '층의 너비',
      layers: '첫 층과 마지막 층 사이의 잔차 층 수',
      time_embedding_dim: 't의 사인파 임베딩 크기',
      num_classes: shared.numClasses,
      predicts: shared.predicts,
      learned_variance: {
        about: '역방향 단계의 분산도 예측합니다. HybridLoss로 학습하세요',
        each: {
          none: '고정된 분산',
          learned_range: '고정된 두 분산 사이를 보간(Nichol & Dhariwal 2021)',
          learned: '분산의 로그',
        },
      },
      activation: '층 사이의 활성화 함수',
      fourier_features: '푸리에 특징: 좌표의 1, 2, 4, ... 배의 사인과 코사인. 세밀한 구조에',
      second_time:
        '항목마다 수 하나를 조건으로 받아 t처럼 임베딩합니다. 두 번째 시간 r, 스텝 크기, 노이즈 수준 등',
      vector_dim: '조건으로 받는 벡터의 크기. 0이면 받지 않음',
      extra_dim: 'JoinConditions에서 x_t 뒤에 붙는 좌표 수. 0이면 없음',
      dim: shared.dimension,
      seed: shared.weightSeed,
    },
  },

  PixelTokens: {
    summary:
      '이미지를 패치로 나누어 크로스 어텐션에 쓸 토큰으로 만듭니다. 작은 이미지를 큰 이미지의 조건으로 쓸 수 있습니다.',
    inputs: {
      samples: shared.images,
    },
    outputs: {
      condition: '토큰 [b, n, d], d = patch_size^2 c + 4 frequencies. Attention의 `token_width`',
    },
    params: {
      shrink: '먼저 한 변이 이만큼인 정사각형마다 픽셀을 평균해 줄입니다. 1이면 끔',
      patch_size: '패치 한 변의 길이. 줄인 이미지의 픽셀로',
      frequencies: '위치 인코딩의 주파수 수. 0이면 없음',
    },
  },

  Precondition: {
    summary:
      'EDM 사전 조건화: 모든 노이즈 수준에서 입력과 목표의 분산이 1이 되도록 신경망을 감쌉니다. 결과는 깨끗한 데이터를 예측하는 모델이며, 학습하면 안의 ' +
      '신경망이 학습됩니다.',
    inputs: {
      model: '신경망 F. 예측 유형은 상관없습니다',
      schedule: 't의 노이즈 수준을 정하는 스케줄: SigmaSchedule, 또는 σ가 유한한 다른 스케줄',
    },
    outputs: {
      model: 'x_0을 예측하는 모델(`sample`)',
    },
    params: {
      preconditioning: {
        about: '입력과 출력의 스케일링',
        each: {
          edm: '데이터의 표준 편차로 정함',
          vp: 'F가 노이즈를 예측, 시간은 0~999(분산 보존)',
          ve: 'F가 음의 노이즈를 예측(분산 폭발)',
          iddpm: 'F가 노이즈를 예측, 시간은 0~999(improved DDPM)',
          consistency: 'edm과 같되 sigma_min에서 항등 함수',
        },
      },
      sigma_data: '데이터의 표준 편차. [-1, 1]의 이미지는 0.5',
      sigma_min: '모델이 입력을 그대로 돌려주는 노이즈 수준 σ',
    },
  },

  Predict: {
    summary:
      '노이즈 낀 데이터에서 모델을 계산합니다. 결과는 모델의 예측 유형에 따라 노이즈, 깨끗한 데이터, 또는 속도입니다.',
    inputs: {
      model: '학습된 모델이나 정확한 모델. 학습 안에서는 TrainingStart의 출력 model',
      x_t: shared.noisyData,
      t: shared.oneOrPerItem,
      condition: '레이블(-1이면 없음), 또는 그렇게 만든 UNet의 수나 벡터. 연결하지 않으면 무조건부',
    },
    outputs: {
      prediction: '모델의 예측 유형에 따른 예측',
    },
  },

  Prompt: {
    summary:
      '텍스트를 학습 데이터의 어휘로 토큰으로 바꿉니다. 모델이 그런 토큰으로 학습되어 있어야 합니다.',
    inputs: {
      vocabulary: '학습 데이터의 단어. CaptionTokens나 LoadVocabulary에서',
      like: '설명할 배치. 모든 프롬프트를 차례로 씁니다',
    },
    outputs: {
      condition: '항목마다 프롬프트 하나의 단어의 토큰',
      labels: '항목마다 프롬프트의 번호. Preview에 보일 텍스트가 있습니다',
    },
    params: {
      prompts: '텍스트, 한 줄에 하나. 아무 텍스트도 없으면 조건 없음',
    },
  },

  Reparametrize: {
    summary:
      '재매개변수화: 노이즈를 늘이고 옮겨 학습되는 가우스 분포의 샘플을 뽑습니다. 그래서 기울기가 평균과 표준 편차에 전달됩니다.',
    inputs: {
      model: 'Gaussian, 또는 학습된 것',
      noise: shared.points,
    },
    outputs: {
      x_0: '노이즈의 항목마다 샘플 하나',
      mean: '가우스 분포의 평균 [1, dim]. Scatter에 연결',
      variance: '좌표마다의 분산 [1, dim]',
    },
  },

  UNet: {
    summary:
      '이미지를 위한 새 신경망: 잔차 블록으로 된 U-Net입니다. 레벨마다 해상도를 절반으로 줄였다가 스킵 연결과 함께 되돌립니다.',
    inputs: {
      attention: '어텐션 층. 연결하지 않으면 없음',
      dataset: '이미지의 크기, 채널, 클래스 수를 정하는 데이터 세트',
    },
    outputs: {
      model: shared.untrainedModel,
    },
    params: {
      sample_size: shared.imageSize,
      channels: shared.imageChannels,
      block_out_channels: '레벨마다의 채널, 높은 해상도부터. 레벨마다 해상도가 절반이 됩니다',
      layers_per_block: '레벨마다의 잔차 블록 수. 디코더는 하나 더',
      num_classes: shared.numClasses,
      predicts: shared.predicts,
      learned_variance: shared.learnedVariance,
      norm_num_groups: '그룹 정규화의 그룹 수. 모든 채널 수의 약수여야 합니다',
      norm_eps: '그룹 정규화에서 분산에 더하는 값',
      dropout: '학습할 때 잔차 블록의 드롭아웃 비율',
      resnet_time_scale_shift: {
        about: 't가 잔차 블록에 들어가는 방법',
        each: { default: '활성값에 더함', scale_shift: '그룹 정규화의 스케일과 이동' },
      },
      downsample: {
        about: '레벨 사이의 다운샘플링',
        each: { conv: '스트라이드 2의 합성곱', resnet: '잔차 블록' },
      },
      upsample: {
        about: '레벨 사이의 업샘플링',
        each: { conv: '최근접 이웃 업샘플링과 합성곱', resnet: '잔차 블록' },
      },
      downsample_padding: {
        about: '스트라이드 2 합성곱의 제로 패딩',
        each: { '0': '오른쪽과 아래에만', '1': '사방에' },
      },
      flip_sin_to_cos: 't 임베딩에서 코사인을 사인보다 먼저',
      freq_shift: 't 임베딩의 주파수 이동. DDPM은 1',
      class_embed_type: {
        about: '조건의 형식',
        each: {
          labels: '클래스 레이블',
          timestep: 't처럼 임베딩하는 수',
          identity: '그대로 쓰는 벡터',
        },
      },
      labels_with_tokens:
        'cross 종류의 Attention에서 벡터 토큰과 함께 클래스 레이블도 씁니다. 둘은 JoinConditions로 묶습니다',
      extra_channels:
        'JoinConditions에서 x_t 뒤에 붙는 채널 수. 마스크, 알려진 픽셀, 추정값 등. 0이면 없음',
      time_embedding_type: {
        about: 't를 임베딩하는 방법',
        each: {
          positional: 't의 사인과 코사인',
          fourier:
            '고정된 무작위 주파수로 구한 ln t의 사인과 코사인. 노이즈 수준이 t일 때. 출력은 t로 나눕니다(Song et al. 2021)',
          learned: '타임스텝마다 학습하는 벡터',
        },
      },
      num_train_timesteps: '스케줄의 타임스텝 수',
      zero_init: '블록마다 마지막 층을 0으로 초기화합니다. 블록이 모두 항등 함수에서 시작합니다',
      seed: shared.weightSeed,
    },
  },
} satisfies Record<string, NodeTexts>
