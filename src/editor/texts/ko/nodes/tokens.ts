// 토큰을 다루는 노드, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

const tokensAtT = 't의 토큰'
const vocabulary = '학습 데이터의 문자. Words에서'

const chain = {
  about: '잃은 토큰이 되는 것',
  each: {
    absorbing: '가려진 자리. 마스크 디퓨전',
    uniform: '다른 토큰, 모두 같은 확률로',
  },
}

export const tokens = {
  CorruptTokens: {
    summary:
      '토큰의 q(x_t | x_0)에서 x_t를 뽑습니다. 자리마다 확률 k_t로 토큰이 남고, 아니면 가려지거나 무작위 토큰이 됩니다.',
    inputs: {
      tokens: '깨끗한 토큰. TrainingStart의 토큰 등',
      t: '항목마다 하나 또는 모두에 하나',
      schedule: '신호의 비율 k_t를 정하는 스케줄. FlowSchedule이면 1 - t / T',
    },
    outputs: { tokens: tokensAtT },
    params: { chain, seed: shared.seed },
  },

  PredictTokens: {
    summary: '노이즈 낀 토큰에서 토큰의 모델을 평가합니다. 자리마다 깨끗한 토큰의 로짓을 냅니다.',
    inputs: {
      model: 'TokenOutput의 모델. 학습 안에서는 TrainingStart의 model 출력',
      tokens: '노이즈 낀 토큰',
      t: '모델이 읽는다면 토큰의 타임스텝. -1은 안 됩니다',
      condition: '조건이 있는 모델의 조건',
    },
    outputs: { logits: '토큰마다 정규화하지 않은 로그 확률 [b, 자리, 토큰]' },
  },

  TokenLoss: {
    summary:
      '예측한 토큰과 정답 토큰의 평균 교차 엔트로피입니다. 가려진 자리나 모든 자리에서, 자리마다 nat로 잽니다.',
    inputs: {
      logits: 'PredictTokens의 로짓',
      target: '깨끗한 토큰',
      tokens: '노이즈 낀 토큰. places가 masked일 때',
      t: '토큰의 타임스텝. 가중치와 losses에 필요',
      schedule: '가중치에 필요',
    },
    outputs: {
      loss: '스칼라 손실. 무작위로 찍으면 log(토큰)',
      losses: '항목마다의 손실의 합을 자리의 수로 나눈 것. t가 필요합니다',
    },
    params: {
      places: {
        about: '세는 자리',
        each: {
          masked: '노이즈 낀 토큰의 가려진 자리. absorbing 사슬에',
          all: '모든 자리. uniform 사슬에',
        },
      },
      weighting: {
        about: 't에 따른 항목의 가중치',
        each: {
          uniform: '세는 자리마다 1',
          likelihood:
            'absorbing 사슬에서 t를 고르게 뽑으면 평균이 자리마다 -log p(x_0)의 상한이 됩니다',
        },
      },
    },
  },

  TokenOutput: {
    summary:
      'x까지 이어지는 층들로 토큰의 모델을 만듭니다. ModelInput은 토큰을 원-핫 벡터로 내며, 마지막 수는 가려진 자리입니다.',
    inputs: {
      x: '로짓 [자리, 토큰]. ModelInput의 x보다 자리마다 수가 하나 적습니다',
      weights: '이름과 모양이 같은 층이 가중치를 다시 쓸 모델. 나머지 층은 새로 시작합니다',
    },
    outputs: { model: '모델. PredictTokens와 TrainingStart에 씁니다' },
    params: { seed: shared.weightSeed },
  },

  TokenPreview: {
    summary: '토큰을 글로 보여 줍니다. _는 가려진 자리입니다.',
    inputs: { tokens: '보여 줄 토큰' },
    params: { count: '글의 수, 앞에서부터' },
  },

  TokenSamplingEnd: {
    summary:
      '토큰의 샘플링 루프의 끝입니다. 단계마다 토큰을 받아 마지막 토큰과 그 사이의 모든 토큰을 내보냅니다.',
    inputs: {
      loop: shared.fromStart,
      tokens: 't_prev의 토큰. TokenStep에서',
    },
    outputs: {
      tokens: '마지막 단계 뒤의 토큰',
      trajectory: '모든 단계의 토큰. FilmStrip에',
    },
    params: { keep_every: '궤적에 n번째 단계마다 저장합니다' },
  },

  TokenSamplingStart: {
    summary:
      '토큰의 샘플링 루프의 시작입니다. 타임스텝 목록을 따라가며 단계마다 앞 단계의 토큰을 내보냅니다.',
    inputs: {
      tokens: '시작하는 토큰. TokenText에서',
      timesteps: '거쳐 갈 타임스텝',
    },
    outputs: {
      loop: shared.toEnd,
      tokens: '현재 토큰',
      t: '토큰의 타임스텝',
      t_prev: '다음 타임스텝. -1은 깨끗한 데이터',
      index: shared.index,
    },
  },

  TokenStep: {
    summary:
      '토큰의 t에서 t_prev로의 한 단계입니다. 가려진 자리의 일부를 모델의 토큰으로 채우거나, 모든 자리를 다시 뽑습니다(uniform 사슬).',
    inputs: {
      tokens: tokensAtT,
      logits: '이 토큰에 대한 PredictTokens의 로짓',
      t: '토큰의 타임스텝',
      t_prev: shared.stepEnd,
      schedule: '학습의 스케줄',
    },
    outputs: { tokens: 't_prev의 토큰' },
    params: {
      chain,
      order: {
        about: '먼저 채우는 가려진 자리',
        each: {
          random: '무작위, 정방향 과정처럼',
          confident: '모델이 뽑은 토큰을 가장 확신하는 자리, MaskGIT처럼',
        },
      },
      temperature:
        '1보다 작으면 그럴듯한 토큰을 더 고르고, 0이면 가장 그럴듯한 토큰. 1보다 크면 더 다양하게',
      seed: shared.seed,
    },
  },

  TokenText: {
    summary:
      '샘플링을 시작할 글을 토큰으로 만듭니다. _마다 채울 자리입니다. 글이 없으면 모든 자리가 그렇습니다.',
    inputs: { vocabulary },
    outputs: { tokens: '토큰 [count, 자리]' },
    params: {
      texts:
        '채울 자리를 _로 쓴 글. s_i_g처럼 한 줄에 하나. 비우면 모든 자리를, 단어에 필요한 만큼 채웁니다',
      count: '항목의 수. 글을 차례로 씁니다',
      blank: {
        about: '채울 자리',
        each: {
          masked: '가립니다. absorbing 사슬의 모델에',
          random: '무작위 토큰. uniform 사슬의 모델에',
        },
      },
      seed: shared.seed,
    },
  },

  ValidWords: {
    summary:
      '단어율: 만든 단어 중 단어 목록에 있는 것의 비율과, 그중 모델이 학습하지 않은 것의 비율입니다.',
    inputs: {
      tokens: '만든 단어',
      words: '있는 단어 모두. Words의 단어 등',
      training: '모델이 학습한 단어. Subset 등',
    },
    outputs: {
      valid: '목록에 있는 단어의 비율, 0~1',
      fresh: '있는 단어 중 training에 없는 것의 비율, 0~1',
      distinct: '서로 다른 단어의 수를 단어의 수로 나눈 것, 0~1',
    },
  },

  Words: {
    summary:
      '단어의 데이터 세트입니다. 문자마다 토큰 하나로 씁니다. further_slots를 켜면 TrainingStart가 배치마다 CorruptTokens에 쓸 토큰을 냅니다.',
    outputs: {
      dataset:
        '토큰과 캡션으로 된 단어. 데이터는 원-핫 벡터 [n, 자리, 토큰 + 1]이며 ModelInput에 필요한 모양입니다',
      vocabulary: '문자',
    },
    params: {
      list: {
        about: '데이터 세트의 단어',
        each: {
          english: '흔한 영어 단어 1,813개, 세 글자부터 여섯 글자까지',
          own: '이름처럼 직접 쓴 목록',
        },
      },
      words: '단어. 쉼표, 공백, 줄로 나눕니다',
      length: '단어마다의 자리. 더 긴 단어는 뺍니다. 0이면 가장 긴 단어만큼',
    },
  },
} satisfies Record<string, NodeTexts>
