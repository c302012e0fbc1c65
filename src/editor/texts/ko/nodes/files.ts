// 분류 files(파일)의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { shared } from './shared.ts'

export const files = {
  LoadCheckpoint: {
    summary: '이 편집기나 diffusers의 체크포인트에서 학습된 모델과 학습에 쓴 스케줄을 불러옵니다.',
    outputs: {
      model: '학습된 모델',
      schedule: '학습에 쓴 스케줄. 저장되어 있을 때',
      training: '학습 상태. 저장되어 있을 때. TrainingStart에 연결하면 이어서 학습합니다',
    },
    params: {
      checkpoint:
        'SaveCheckpoint로 만든 파일, 또는 diffusers의 UNet, DiT, 오토인코더가 든 ZIP이나 폴더',
    },
  },

  LoadVocabulary: {
    summary: '체크포인트의 모델이 학습할 때 쓴 캡션의 어휘를 Prompt를 위해 불러옵니다.',
    outputs: {
      vocabulary: '학습 데이터의 단어',
    },
    params: {
      checkpoint:
        '`dataset`을 연결한 SaveCheckpoint로 만든 파일. LoadCheckpoint와 같은 것을 고릅니다',
    },
  },

  SaveCheckpoint: {
    summary: '학습된 모델과 학습에 쓴 스케줄을 diffusers 파이프라인 폴더의 ZIP으로 저장합니다.',
    inputs: {
      model: 'TrainingEnd의 모델. `ema`는 샘플이 더 좋고, `model`은 마지막 단계의 가중치',
      schedule:
        '학습에 쓴 스케줄. LoadCheckpoint가 복원합니다. 연결하지 않으면 Precondition의 스케줄이 있을 때 그것을 저장합니다',
      training: '학습 상태. 나중에 비트까지 똑같이 이어서 학습합니다. 파일이 3~4배 커집니다',
      dataset: '학습에 쓴 데이터 세트. 클래스 이름, 토큰의 단어, 값의 범위만 저장합니다',
    },
    params: {
      name: '.zip이나 .onnx를 뺀 파일 이름',
      format: {
        about: '파일 형식',
        each: {
          auto: 'diffusers가 불러올 수 있으면 그 클래스, 아니면 이 편집기의 클래스',
          diffusers: 'diffusers가 불러올 수 있는 것만. 나머지는 거부함',
          onnx: '다른 프로그램을 위한 ONNX. 여기서는 불러올 수 없음',
        },
      },
      every:
        '파일을 저장하는 간격(루프의 반복 수). 반복 번호가 붙습니다. 0이면 끝에만. 정하면 루프 본문의 값을 연결할 수 있습니다',
    },
  },

  SaveImage: {
    summary: '샘플을 워크플로가 담긴 PNG로 저장합니다. 파일을 편집기에 놓으면 워크플로가 열립니다.',
    inputs: {
      images: '저장할 이미지',
    },
    params: {
      name: '.png를 뺀 파일 이름',
      separate: '격자 하나 대신 이미지마다 파일 하나. 첫 파일에 워크플로가 들어갑니다',
      columns: '격자의 열 수. 0이면 정사각형에 가깝게',
      scale: '확대 배율. 0이면 격자는 너비 512쯤으로 키우고, 따로 저장하는 이미지는 그대로',
      gap: '격자에서 이미지 사이의 간격(파일의 픽셀)',
      range: shared.range,
      every:
        '파일을 저장하는 간격(루프의 반복 수). 반복 번호가 붙습니다. 0이면 끝에만. 정하면 루프 본문의 값을 연결할 수 있습니다',
    },
  },

  SaveDiagram: {
    summary:
      '모델의 다이어그램을 SVG로 저장합니다. 블록과 그 모양, 크기 단계마다의 줄, 스킵 연결을 그립니다.',
    inputs: { model: '네트워크가 있는 모델' },
    params: {
      name: '.svg를 뺀 파일 이름',
      theme: {
        about: '색',
        each: {
          auto: '보는 시스템에 따라 밝게 또는 어둡게',
          light: '흰 바탕에 어둡게',
          dark: '검은 바탕에 밝게',
        },
      },
    },
  },

  SaveTable: {
    summary:
      '점을 쉼표로 나눈 값으로 저장합니다. 한 줄에 점 하나와 그 클래스입니다. PointTable로 읽으면 비트까지 같습니다.',
    inputs: {
      points: '저장할 점 [n, dim]',
      labels: '점마다의 클래스. 데이터 세트의 클래스는 연결하지 않아도 저장합니다',
    },
    params: {
      name: '.csv를 뺀 파일 이름',
    },
  },
} satisfies Record<string, NodeTexts>
