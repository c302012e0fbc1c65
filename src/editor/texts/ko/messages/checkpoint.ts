// 체크포인트를 읽고 쓰며 나오는 오류와 알림.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { checkpointMessages } from '../../../../engine/messages/checkpoint.ts'

export const koCheckpoint: SameKeys<typeof checkpointMessages> = {
  // 어느 모델인지
  weightsAlone: 'config.json이 있는 체크포인트여야 하는데, 가중치만 든 safetensors 파일입니다.',
  dropFolder: 'config.json이 함께 있는 폴더나, 그 폴더의 ZIP을 놓으세요.',
  pickle:
    'safetensors여야 하는데 Python의 pickle입니다. 읽을 때 어떤 프로그램이든 실행될 수 있어 읽지 않습니다.',
  pickledWeights:
    'safetensors여야 하는데 {file}은(는) Python의 pickle입니다. 읽을 때 어떤 프로그램이든 실행될 수 있어 읽지 않습니다.',
  saveSafely:
    '모델을 `save_pretrained(folder, safe_serialization=True)`로 저장해 그 폴더를 놓으세요.',
  severalModels: '모델이 하나여야 하는데 {count}개입니다: {folders}.',
  chooseOne: '그 가운데 하나만 든 ZIP이나 폴더를 고르세요.',
  otherModel:
    'diffusers의 UNet2DModel, UNet2DConditionModel이나 DiTTransformer2DModel, 또는 이 프로그램의 MLP나 Classifier여야 하는데 {name}입니다.',
  unknownOwnKind: '이 프로그램이 아는 종류의 모델이어야 하는데 “{kind}”, 클래스 {name}입니다.',
  registerKind:
    '그 종류를 정의한 곳에서 열거나, 그 정의를 register와 serve의 `models`로 넘기거나, --nodes 모듈에 넣으세요.',
  tooManyConfigs: 'ZIP의 config.json은 {most}개까지인데 더 많습니다.',
  noConfig: '가중치와 함께 config.json이 있어야 하는데 없습니다.',
  addConfig: '모델의 config.json을 넣으세요.',
  noModel: 'ZIP에 모델이 있어야 하는데, 모델의 config.json이 없습니다.',
  notANetwork: '저장할 것은 신경망이어야 하는데 “{kind}” 종류의 모델입니다.',
  saveNetwork: '그 안의 신경망이나, 학습이 내놓은 모델을 저장하세요.',

  // 가중치
  unlisted: '{index}에 적힌 가중치만 있어야 하는데 {file}에 {weight}도 있습니다.',
  shardName: '{index}에는 {weight}의 파일 이름이 있어야 하는데 이름이 아닌 것이 있습니다.',
  unfound: '{index}에 적힌 대로 {file}에 {weight}이(가) 있어야 하는데 없습니다.',
  tooManyShards: '가중치 파일은 {most}개까지인데 더 많습니다.',
  unreadable: '{file}을(를) 읽을 수 없습니다. {problem~}',
  downloadAgain: '파일을 다시 받으세요. 잘렸거나 바뀌었습니다.',
  missingWeight: '가중치 {weight}이(가) 없습니다.',
  weightShape: '가중치 {weight}의 모양은 config의 [{expected}]이어야 하는데 [{got}]입니다.',
  extraWeight: '가중치 {weight}은(는) 모델의 어느 부분에도 속하지 않습니다.',
  repeatedWeight: '가중치 {weight}이(가) 두 번 있습니다.',

  // 설정
  modelAbout: 'litegraph_diffusion.json에서 모델의 {key} 값이 잘못되었습니다: {value}.',
  dataAbout: 'litegraph_diffusion.json에서 데이터의 {key} 값이 잘못되었습니다: {value}.',
  classifierSize: '분류기의 {key}은(는) {min}부터 {max}까지의 정수여야 하는데 {value}입니다.',
  classifierChannels:
    '분류기의 block_out_channels는 그룹 수 {groups}의 배수로 된 목록이어야 하는데 {value}입니다.',
  classifierHalving:
    '두 변을 {count}번 반으로 나눌 수 있는 이미지여야 하는데 {height} x {width}입니다.',
  activation: '아는 활성화 함수여야 하는데 {value}입니다.',
  mlpSize: 'MLP의 {key}은(는) {min}부터 {max}까지의 정수여야 하는데 {value}입니다.',
  mlpSecondTime: 'MLP의 second_time은 true나 false여야 하는데 {value}입니다.',
  mlpOutputs:
    'MLP의 out_dim은 분산이 있으면 dim의 두 배인 {expected}이어야(여야) 하는데 {value}입니다.',
  unetLayers: 'UNet의 layers_per_block은 {most} 이하여야 하는데 {value}입니다.',
  unetBlocks: 'UNet의 residual 블록과 transformer 블록은 모두 {most}개까지인데 {count}개입니다.',
  chooseDit: 'DiT-XL-2-256 같은 DiTTransformer2DModel을 고르세요.',
  chooseVae: 'sd-vae-ft-mse 같은 AutoencoderKL이나 taesd 같은 AutoencoderTiny를 고르세요.',
  chooseUnet:
    'DDPM의 블록으로 된 UNet2DModel이나, Stable Diffusion 1의 것 같은 UNet2DConditionModel을 고르세요.',

  // 스케줄
  sigmaData: '스케줄의 sigma_data는 0보다 커야 하는데 {value}입니다.',
  edmPrediction: 'EDM 스케줄러의 prediction_type은 epsilon이어야 하는데 {value}입니다.',
  chooseEpsilon: 'epsilon으로 학습한 모델을 고르세요.',
  scheduleNumber: '스케줄의 {key}은(는) 수여야 하는데 {value}입니다.',
  schedule: '스케줄이 잘못되었습니다. {problem~}',
  scheduler:
    'DDPMScheduler처럼 beta가 있는 diffusers의 스케줄러나 flow, EDM의 스케줄러여야 하는데 {name}입니다.',
  chooseScheduler: 'DDPMScheduler로 학습한 모델을 고르세요.',
  prediction: '{known} 가운데 하나를 예측하는 모델이어야 하는데 {name}입니다.',
  timestepCount: '스케줄의 num_train_timesteps는 1부터 100000까지의 정수여야 하는데 {value}입니다.',
  betaSchedule: '아는 beta_schedule이어야 하는데 {name}입니다.',
  trainedBetas: '스케줄의 trained_betas는 0부터 1까지의 수 {T}개여야 하는데, 그렇지 않습니다.',
  noSchedule: 'Precondition을 거친 모델이라 스케줄이 있어야 하는데 없습니다.',
  addScheduler: '모델의 scheduler/scheduler_config.json을 넣으세요.',
  varianceType:
    '스케줄러의 variance_type이 {kind}이라(라) 값마다 출력이 둘이어야 하는데 하나입니다.',
  chooseVariance:
    '출력 채널이 입력 채널의 두 배인 모델을 고르거나, variance_type을 fixed_small로 정하세요.',

  // 학습
  record: '{losses}과(와) {counts}은(는) 손실 기록이어야 하는데, 그렇지 않습니다.',
  weightNames: '{file}에 모델의 가중치 이름이 있어야 하는데, 그렇지 않습니다.',
  trainingValue: '{file}의 {key} 값이 잘못되었습니다: {value}.',
  trainingMore: '{file}에 학습의 다른 모델이 들어 있지 않습니다.',

  // 알림
  copyIgnored: '{folder}을(를) 읽고 {copy}은(는) 읽지 않았습니다.',
  partsIgnored: '파이프라인에서 {folder}을(를) 읽고 {others~}은(는) 읽지 않았습니다.',
  variant: '가중치는 {name}의 것입니다.',
  withoutSchedule: '체크포인트에 스케줄이 없습니다. 학습할 때의 스케줄을 쓰세요.',
  assumedEpsilon: '체크포인트에 모델이 무엇을 예측하는지 적혀 있지 않아 epsilon으로 봅니다.',
  epsilonWithoutSignal:
    '마지막 타임스텝에 신호가 남아 있지 않아, epsilon을 예측하는 모델이 거기서는 데이터에 대해 알려 주는 것이 없습니다.',
  assumedVariance: '체크포인트에 분산을 나타내는 방식이 적혀 있지 않아 learned_range로 봅니다.',
  logarithmicVariance:
    '분산을 OpenAI의 정의대로 로그 값으로 읽습니다. diffusers의 DDPMScheduler는 분산 자체로 읽습니다.',
  notFinite: '{weight}에 유한하지 않은 수가 있어 예측도 유한하지 않습니다.',

  // diffusers가 불러올 수 없는 것
  otherSchedule: 'Precondition의 스케줄 “{expected}”이어야(여야) 하는데 “{got}”입니다.',
  oneSchedule: '같은 스케줄과 함께 저장하거나, 스케줄 없이 저장하세요.',
  notForDiffusers: 'diffusers가 이 모델을 불러올 수 없습니다. {reason~}',
  saveAsAuto: 'auto 형식으로 저장하세요. 이 프로그램만 읽을 수 있는 형식입니다.',
  pipelineSchedule: 'diffusers의 파이프라인에는 스케줄이 있어야 하는데 없습니다.',
  saveWithSchedule: '학습할 때의 스케줄과 함께 저장하세요.',
  noClassifier: 'diffusers에는 이미지 분류기가 없습니다.',
  noLayers: 'diffusers에는 층으로 된 모델의 클래스가 없습니다.',
  noMlp: 'diffusers에는 점을 위한 MLP가 없습니다.',
  noOwnKind: 'diffusers에는 {name} 클래스가 없습니다.',
  precondition: '스케줄러가 EDM처럼 σ로만 모델을 전처리합니다.',
  edmInput: 'EDMEulerScheduler가 ln(sigma) / 4를 시간으로 삼아 모델을 스스로 전처리합니다.',
  vpSchedule: 'VPSchedule에 맞는 스케줄러가 없습니다.',
  flowPrediction: 'flow의 스케줄러가 {predicts}을(를) 지원하지 않습니다.',
  ddpmFlow: 'DDPMScheduler가 flow_prediction을 지원하지 않습니다.',
  ddpmVariance: 'DDPMScheduler는 학습한 분산을 분산 자체로 읽는데, 여기서는 로그 값입니다.',
}
