// 오토인코더와 잠재 표현의 노드 설명, 한국어.
import type { NodeTexts } from '../../declarations.ts'
import { errorParams, shared } from './shared.ts'

const latents = {
  about: '분산이 있는 오토인코더의 잠재 표현',
  each: {
    sample: '평균 + 표준편차 x 노이즈: 학습할 때처럼 분포에서 뽑음',
    mean: '분포의 평균',
  },
}

export const autoencoders = {
  Autoencoder: {
    summary:
      '이미지를 작은 잠재 표현으로 압축하고 다시 복원하는 새 신경망입니다. 학습된 오토인코더의 잠재 표현에서는 확산 모델이 더 빨리 학습합니다.',
    inputs: { dataset: '이미지의 크기와 채널을 정하는 데이터 세트' },
    outputs: { model: '학습하지 않은 오토인코더. Encode, Decode, TrainingStart에 연결' },
    params: {
      kind: {
        about: '오토인코더의 종류',
        each: {
          kl: '평균과 분산으로 인코딩: AutoencoderKL',
          tiny: '층이 더 적고 잠재 표현으로 인코딩: AutoencoderTiny',
        },
      },
      block_out_channels:
        '수준마다의 채널, 쉼표로 구분. 다음 수준은 해상도가 절반입니다. tiny에서는 모두 같게',
      latent_channels: '잠재 표현의 채널 수',
      layers_per_block: '수준마다의 블록 수',
      sample_size: shared.imageSize,
      channels: shared.imageChannels,
      norm_num_groups: '그룹 정규화의 그룹 수',
      mid_block_add_attention: '잠재 표현의 해상도에서 하는 자기 어텐션',
      seed: shared.weightSeed,
    },
  },

  Decode: {
    summary: '오토인코더의 잠재 표현을 척도 인자로 나눈 뒤 이미지로 복원합니다.',
    inputs: {
      model: '오토인코더. 학습 안에서는 TrainingStart의 출력 model',
      latents: 'Encode의 잠재 표현 [b, h, w, c], 또는 그것으로 학습한 모델의 샘플',
    },
    outputs: { x: '이미지' },
  },

  Encode: {
    summary:
      '이미지를 오토인코더의 잠재 표현으로 인코딩합니다: 예측한 정규분포의 평균이나 그 분포에서 뽑은 샘플입니다.',
    inputs: {
      model: '오토인코더. 학습 안에서는 TrainingStart의 출력 model',
      x: '이미지 [b, h, w, c]',
      noise: '평균과 모양이 같은 노이즈. 연결하지 않으면 시드로 뽑습니다',
    },
    outputs: {
      latents: '모델의 척도 인자를 곱한 잠재 표현 [b, h, w, c]',
      mean: '척도를 곱하기 전의 평균. KLLoss에 연결',
      log_variance: '척도를 곱하기 전 분산의 로그. tiny에는 없음',
    },
    params: {
      latents,
      bytes: 'AutoencoderTiny의 잠재 표현의 수를 하나씩 1바이트로 반올림',
      seed: shared.seed,
    },
  },

  EncodeDataset: {
    summary:
      '학습된 오토인코더로 데이터 세트의 모든 이미지를 한 번 인코딩합니다. 확산 모델이 그 잠재 표현으로 학습하고, Decode가 샘플을 이미지로 바꿉니다.',
    inputs: {
      model: '학습된 오토인코더. 척도 인자는 LatentScale에서',
      dataset: '인코딩할 이미지',
    },
    outputs: { dataset: '이미지의 레이블이 있는 잠재 표현 [n, h, w, c]' },
    params: { latents, seed: shared.seed },
  },

  KLLoss: {
    summary:
      '오토인코더의 재구성 손실에 잠재 표현의 분포와 표준정규분포의 발산을 더합니다: VAE의 증거 하한(ELBO)에 음의 부호를 붙인 것입니다.',
    inputs: {
      mean: 'Encode의 평균',
      log_variance: 'Encode의 분산의 로그',
      loss: '더할 손실. ReconstructionLoss에서',
    },
    outputs: {
      loss: '손실과 가중한 발산의 합',
      kl: '발산(나트). 잠재 표현마다의 합을 배치에 대해 평균한 값',
    },
    params: {
      weight: 'λ: 발산의 가중치. 재구성 손실이 픽셀의 평균이므로 작습니다',
    },
  },

  LatentScale: {
    summary:
      '데이터 세트의 잠재 표현의 표준편차를 재어 오토인코더의 척도 인자를 정합니다. 그러면 잠재 표현이 노이즈 스케줄의 가정대로 단위 분산이 됩니다.',
    inputs: { model: '학습된 오토인코더', dataset: '잴 이미지' },
    outputs: { model: '척도 인자가 있는 오토인코더', scale: '척도 인자 s' },
    params: {
      count: '이미지 수의 상한. 고른 간격으로 고릅니다',
      latents,
      seed: shared.seed,
    },
  },

  PSNR: {
    summary:
      '이미지와 원본의 최대 신호 대 잡음비(데시벨). 모든 픽셀의 평균 제곱 오차로 구하며, 오토인코더가 얼마나 잘 재구성하는지 나타냅니다.',
    inputs: { x: '재구성한 이미지', target: '그 원본' },
    outputs: { psnr: '데시벨. 이미지가 같으면 무한대' },
  },

  ReconstructionLoss: {
    summary: '복원한 이미지와 인코딩한 이미지 사이의 평균 오차입니다.',
    inputs: { x: 'Decode가 복원한 이미지', target: '인코딩한 이미지' },
    outputs: { loss: shared.scalarLoss },
    params: errorParams,
  },
} satisfies Record<string, NodeTexts>
