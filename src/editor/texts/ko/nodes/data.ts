// 분류 data(데이터)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const data = {
  Batch: {
    summary:
      '데이터 세트에서 항목 몇 개를 골라 한 배치로 내보냅니다. 노이즈를 더하거나 제거할 이미지, 샘플과 비교할 실제 이미지에 씁니다.',
    inputs: {
      dataset: '항목을 고를 데이터 세트',
    },
    outputs: {
      x_0: '고른 항목',
      labels: '항목의 클래스. 데이터 세트에 클래스가 없으면 -1(레이블 없음)',
    },
    params: {
      batch_size: '항목 수. 데이터 세트의 크기를 넘지 않습니다',
      start: '첫 항목의 번호',
      shuffle: '무작위 순서로, 중복 없이 고릅니다',
      seed: '무작위 순서의 시드',
    },
  },

  CaptionTokens: {
    summary:
      '데이터 세트의 캡션을 모델이 주목할 수 있는 단어 번호인 토큰으로 바꿉니다. 어휘는 캡션에서, 흔한 단어부터 배웁니다. further_slots를 켜면 TrainingStart가 배치마다 토큰을 냅니다.',
    inputs: {
      dataset: '캡션이 있는 데이터 세트. Emoji나, 캡션과 함께 가져온 Images',
      vocabulary: '대신 쓸 어휘. 학습 데이터의 어휘 등',
    },
    outputs: {
      dataset: '같은 항목에 토큰을 더한 것',
      vocabulary: '단어. Prompt, TokenEmbedding, ConditionInput에 연결',
    },
    params: {
      length: '캡션의 단어 수. 더 긴 캡션은 자릅니다',
      words: '어휘의 크기: 가장 흔한 단어들. 0이면 모두. 나머지 단어는 모두 "모름" 토큰이 됩니다',
    },
  },

  DepthToSpace: {
    summary: '픽셀마다 채널을 정사각형 픽셀 블록으로 펼칩니다. SpaceToDepth의 역연산입니다.',
    inputs: {
      samples: '[b, h, w, s s c]. SpaceToDepth의 출력이나 그것을 다루는 모델의 출력',
    },
    outputs: {
      samples: '이미지 [b, h s, w s, c]',
    },
    params: {
      block_size: shared.blockSize,
    },
  },

  Digits: {
    summary: '8 x 8 회색조 손글씨 숫자 0~9와 레이블입니다. 작아서 몇 분이면 학습합니다.',
    outputs: {
      dataset: '[-1, 1]의 이미지 [n, 8, 8, 1], 클래스 10개',
    },
    params: {
      split: {
        about: '데이터의 부분',
        each: { train: '학습용 이미지 1,400장', test: '나머지 397장, 평가용', all: '1,797장 모두' },
      },
    },
  },

  Emoji: {
    summary:
      '흰 바탕의 32 x 32 또는 16 x 16 컬러 이모지입니다. "heart eyes cat" 같은 짧은 이름이 캡션이고, 분류가 레이블입니다. 피부색 변형을 뺀 1,565장이라 작은 모델도 외울 수 있습니다.',
    outputs: {
      dataset: '[-1, 1]의 이미지 [n, 32, 32, 3] 또는 [n, 16, 16, 3], 캡션과 클래스 9개',
    },
    params: {
      category: {
        about: '데이터의 부분',
        each: {
          all: '1,565장 모두. 피부색 5장 포함',
          activities: '활동 60장',
          animals: '동물과 자연 113장',
          flags: '깃발 267장',
          food: '음식 102장',
          objects: '물건 162장',
          people: '표정과 사람 446장',
          symbols: '기호 203장',
          travel: '여행과 장소 207장',
        },
      },
      size: {
        about: '한 변의 픽셀 수',
        each: { '32': '원래 크기', '16': '2 x 2픽셀의 평균' },
      },
      count: '이미지 수, 앞에서부터. 0이면 모두',
    },
  },

  Images: {
    summary:
      '내 이미지로 만든, 크기가 모두 같은 데이터 세트입니다. 폴더를 클래스로, 파일 이름이나 CSV 파일을 캡션으로 쓸 수 있습니다.',
    outputs: {
      dataset: '[-1, 1]의 이미지 [n, h, w, c], c는 1 또는 3. 폴더를 클래스로 가져왔다면 클래스도',
    },
    params: {
      images: '페이지에 놓은 이미지나 `litegraph-diffusion import`로 만든 데이터 세트',
      channels: {
        about: '색 채널',
        each: {
          'as stored': '데이터 세트의 채널 그대로',
          grey: '한 채널: 빨강, 초록, 파랑의 luma(ITU-R BT.601)',
        },
      },
    },
  },

  JoinDatasets: {
    summary:
      '데이터 세트를 합칩니다. 모든 항목을 이어 붙이거나, 노이즈와 그것으로 만든 샘플처럼 번호가 같은 항목을 짝짓습니다. SplitChannels로 짝을 나눕니다.',
    inputs: {
      dataset: '합칠 데이터 세트',
    },
    outputs: {
      dataset: '합친 데이터 세트',
    },
    params: {
      axis: {
        about: '방향',
        each: {
          items: '차례로: 모양이 같은 항목이 늘어남',
          channels: '나란히: 번호가 같은 항목이 채널이 더 많은 하나가 됨',
        },
      },
      labels: {
        about: '항목의 레이블',
        each: {
          keep: '자기 레이블. 없으면 -1',
          by_source: '데이터 세트의 번호, 0부터',
        },
      },
    },
  },

  LabelDropout: {
    summary:
      '레이블을 무작위로 "레이블 없음"으로 바꾸어, 모델이 레이블 없는 예측도 학습하게 합니다. classifier-free 가이던스에는 둘 다 필요합니다.',
    inputs: {
      labels: '항목마다 레이블 하나, 또는 토큰. 한 항목의 토큰은 모두 함께 제거됩니다',
    },
    outputs: {
      labels: '일부가 -1(레이블 없음)로 바뀐 레이블. 제거된 토큰은 0이 됩니다',
    },
    params: {
      probability: '레이블을 제거할 확률',
      seed: shared.seed,
    },
  },

  Labels: {
    summary:
      '배치의 항목마다 클래스를 지정합니다. 모두 한 클래스로, 또는 모든 클래스를 차례로 지정합니다.',
    inputs: {
      like: '레이블을 붙일 배치. 항목마다 하나',
      dataset: '모든 클래스를 차례로 쓸 때 클래스 수를 가져올 데이터 세트',
    },
    outputs: {
      labels: '항목마다 레이블 하나',
    },
    params: {
      label: '모든 항목의 클래스. -1이면 모든 클래스를 차례로',
      num_classes: 'dataset을 연결하지 않을 때 클래스 수',
      batch_size: '`like`를 연결하지 않을 때 레이블 수',
    },
  },

  MNIST: {
    summary:
      '28 x 28 회색조의 MNIST 손글씨 숫자와 레이블입니다. 학습용 60,000장, 평가용 10,000장입니다.',
    outputs: {
      dataset: '[-1, 1]의 이미지 [n, 28, 28, 1] 또는 [n, 32, 32, 1], 클래스 10개',
    },
    params: {
      split: {
        about: '데이터의 부분',
        each: { train: '학습용 이미지 60,000장', test: '나머지 10,000장, 평가용' },
      },
      count: '이미지 수, 앞에서부터. 0이면 모두',
      size: {
        about: '한 변의 길이(픽셀)',
        each: { '28': '원래 크기', '32': '검은 테두리를 둘러, 다섯 번 반으로 나눌 수 있음' },
      },
    },
  },

  Mosaic: {
    summary:
      '배치의 이미지를 여러 장씩 타일처럼 한 장으로 붙이고 레이블을 묶습니다. 물체가 여럿인 이미지가 됩니다.',
    inputs: {
      samples: shared.images,
      labels: '이미지마다 레이블 하나. 선택 사항',
    },
    outputs: {
      samples: '[b / (rows columns), rows h, columns w, c], 줄마다 채움',
      condition: '이미지마다 타일의 레이블. LabelTokens와 같은 형식',
    },
    params: {
      rows: '위에서 아래로 놓는 타일 수',
      columns: '왼쪽에서 오른쪽으로 놓는 타일 수',
    },
  },

  Points: {
    summary:
      '점 데이터 세트입니다. 평면이나 직선, 공간의 잘 알려진 분포나 직접 그린 분포를 씁니다.',
    outputs: {
      dataset:
        '모든 점 [n, dim]. 분포에 클래스가 있으면 클래스도(moons, spiral, eight_gaussians, circles, pinwheel, bimodal_1d, helix_3d)',
      x_0: '모든 점을 한 배치로',
    },
    params: {
      distribution:
        '분포의 모양. 이름이 1d나 3d로 끝나지 않으면 평면. 직접 그린 점을 제외하고 모든 축을 합친 표준 편차가 1',
      count: '점의 수',
      noise: '점마다 더하는 노이즈의 표준 편차',
      seed: shared.seed,
      points: '직접 그린 점. `drawn`은 여기서 무작위로 뽑습니다',
    },
  },

  PointTable: {
    summary:
      '쉼표로 나눈 값에서 직접 만든 점의 데이터 세트입니다. 한 줄에 점 하나이고, 클래스의 열이 있어도 됩니다.',
    outputs: {
      dataset: '모든 점 [n, dim]. 클래스의 열이 있으면 클래스도',
      x_0: '모든 점을 한 배치로',
    },
    params: {
      table: '표. 클래스는 이름이 label이나 class인 열, 없으면 글자로 된 마지막 열',
      normalize: '점의 중심을 옮기고 모든 축을 합친 표준 편차를 1로 맞춥니다. 스케줄에 알맞습니다',
    },
  },

  SpaceToDepth: {
    summary:
      '정사각형 픽셀 블록을 픽셀 하나의 채널로 손실 없이 접습니다. 이미지가 작아져 모델이 빨라집니다.',
    inputs: {
      samples: shared.images,
    },
    outputs: {
      samples: '[b, h / s, w / s, s s c]. DepthToSpace로 되돌립니다',
    },
    params: {
      block_size: shared.blockSize,
    },
  },

  StoredPoints: {
    summary:
      '라이브러리에 있는 직접 만든 점의 데이터 세트입니다. 쉼표로 나눈 값의 표에서 가져옵니다.',
    outputs: {
      dataset: '모든 점 [n, dim]. 클래스의 열이 있었으면 클래스도',
      x_0: '모든 점을 한 배치로',
    },
    params: {
      points: '페이지에 놓은 CSV 파일에서 만든 데이터 세트',
      normalize: '점의 중심을 옮기고 모든 축을 합친 표준 편차를 1로 맞춥니다. 스케줄에 알맞습니다',
    },
  },

  Subset: {
    summary:
      '데이터 세트를 한 부분과 나머지로 나눕니다. 학습 데이터와 검증 데이터, 또는 교차 검증의 폴드에 씁니다.',
    inputs: {
      dataset: '나눌 데이터 세트',
    },
    outputs: {
      dataset: '고른 부분',
      rest: '나머지 모든 항목',
    },
    params: {
      by: {
        about: '부분을 고르는 방법',
        each: {
          range: '이어진 항목',
          fold: '크기가 같은 여러 부분 중 하나',
        },
      },
      start: '첫 항목의 위치',
      count: '항목의 수. 0이면 start부터 끝까지',
      fold: '폴드의 번호, 0부터',
      folds: '폴드의 수',
      shuffle:
        '무작위 순서로 나눕니다. 시드가 같으면 모든 폴드와 범위에서 순서가 같습니다. 끄면 데이터 세트의 순서',
      seed: '무작위 순서의 시드',
    },
  },

  ToDataset: {
    summary:
      '샘플러의 결과처럼 계산한 샘플을 데이터 세트로 만듭니다. 학습하거나 비교하는 데 씁니다. 값을 장치에서 읽어 옵니다.',
    inputs: {
      samples: '점, 이미지, 잠재 변수 [n, ...]',
      labels: '항목마다 클래스 하나, 또는 모두에 하나. 없으면 -1',
    },
    outputs: {
      dataset: '순서대로의 항목',
    },
    params: {
      frames: {
        about: '궤적의 프레임',
        each: {
          last: '마지막: 샘플',
          first: '처음: 초기 노이즈',
          all: '모든 프레임을 차례로',
        },
      },
    },
  },
} satisfies Record<string, NodeTexts>
