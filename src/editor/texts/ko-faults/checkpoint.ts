// src/engine/checkpoint: 체크포인트를 읽고 쓰며 하는 말.
export const checkpoint = {
  // about.ts, archive.ts
  '{0} of the model in litegraph_diffusion.json is {1}.': 'litegraph_diffusion.json에서 모델의 {0}이(가) {1}입니다.',
  '{0} of the data in litegraph_diffusion.json is {1}.': 'litegraph_diffusion.json에서 데이터의 {0}이(가) {1}입니다.',
  'The ZIP holds more than {0} files.': 'ZIP에 파일이 {0}개보다 많습니다.',
  'The ZIP unpacks to more than 2 GiB.': 'ZIP을 풀면 2 GiB가 넘습니다.',
  'The file is not a ZIP, or is damaged.': 'ZIP 파일이 아니거나 손상되었습니다.',
  '{0} comes twice.': '{0}이(가) 두 번 있습니다.',
  'The folder is empty.': '폴더가 비어 있습니다.',
  '{0} is no path inside a folder.': '{0}은(는) 폴더 안의 경로가 아닙니다.',
  '{0} is missing in the ZIP.': 'ZIP에 {0}이(가) 없습니다.',
  '{0} is {1} bytes long: too long for a configuration.': '{0}이(가) {1}바이트입니다. 설정 파일로는 너무 큽니다.',
  '{0} is not JSON.': '{0~}이(가) JSON이 아닙니다.',
  '{0} is not an object.': '{0~}이(가) 객체가 아닙니다.',
  'Choose a ZIP that SaveCheckpoint made, or the folder of a UNet2DModel of diffusers.':
    'SaveCheckpoint가 만든 ZIP이나, diffusers의 UNet2DModel이 든 폴더를 고르세요.',

  // classifier.ts, mlp.ts
  '{0} in the config of the classifier is {1}, not a whole number from {2} to {3}.':
    '분류기 설정의 {0}은(는) {2}부터 {3}까지의 정수여야 하는데 {1}입니다.',
  'block_out_channels in the config of the classifier is {0}, not a list of multiples of {1}, its groups.':
    '분류기 설정의 block_out_channels는 그룹 수 {1}의 배수로 된 목록이어야 하는데 {0}입니다.',
  'Images of {0} x {1} cannot be halved {2} times.': '{0} x {1} 이미지는 {2}번 반으로 나눌 수 없습니다.',
  'The activation {0} is unknown.': '알 수 없는 활성화 함수입니다: {0}.',
  '{0} in the config of the MLP is {1}, not a whole number from {2} to {3}.':
    'MLP 설정의 {0}은(는) {2}부터 {3}까지의 정수여야 하는데 {1}입니다.',
  'out_dim in the config of the MLP is {0}; with a variance it is twice dim, {1}.':
    'MLP 설정의 out_dim이 {0}인데, 분산이 있으면 dim의 두 배인 {1}이어야(여야) 합니다.',

  // continuous.ts, scheduler.ts
  'sigma_data of the schedule is {0}; it has to be above 0.': '스케줄의 sigma_data는 0보다 커야 하는데 {0}입니다.',
  'The scheduler is one of EDM with prediction_type {0}; only the preconditioning of the paper is read, which is called epsilon there.':
    'prediction_type이 {0}인 EDM 스케줄러입니다. 논문의 전처리만 읽을 수 있으며, 거기서는 epsilon이라고 합니다.',
  'Choose a model that was trained with epsilon.': 'epsilon으로 학습한 모델을 고르세요.',
  'num_train_timesteps of the schedule is {0}, not a number.': '스케줄의 num_train_timesteps가 {0}입니다. 수여야 합니다.',
  '{0} of the schedule is {1}, not a number.': '스케줄의 {0}이(가) {1}입니다. 수여야 합니다.',
  'The schedule makes no sense. {0}': '스케줄이 말이 되지 않습니다. {0~}',
  'The scheduler is a {0}; read are those of diffusers that are made of betas, such as DDPMScheduler, those of flows and of EDM.':
    '스케줄러가 {0}입니다. DDPMScheduler처럼 beta로 된 diffusers의 스케줄러와, flow와 EDM의 스케줄러를 읽을 수 있습니다.',
  'Choose a model that was trained with a DDPMScheduler.': 'DDPMScheduler로 학습한 모델을 고르세요.',
  'The model predicts {0}; known are {1}.': '모델이 {0}을(를) 예측합니다. 아는 것은 {1}입니다.',
  'num_train_timesteps of the schedule is {0}.': '스케줄의 num_train_timesteps가 {0}입니다.',
  'The schedule {0} is unknown.': '알 수 없는 스케줄입니다: {0}.',
  'trained_betas of the schedule are not {0} numbers from 0 to 1.': '스케줄의 trained_betas가 0부터 1까지의 수 {0}개가 아닙니다.',

  // device.ts
  'A model of kind "{0}" cannot be saved: files hold networks alone.':
    '“{0}” 종류의 모델은 저장할 수 없습니다. 파일에는 신경망만 담깁니다.',
  'Wire the network itself: the one that goes into GuidedModel, or that comes out of TrainingEnd.':
    '신경망 자체를 연결하세요. GuidedModel에 들어가는 것이나 TrainingEnd에서 나오는 것입니다.',

  // layout.ts
  'This is a safetensors file: weights alone, without the config that says what they belong to.':
    'safetensors 파일입니다. 가중치뿐이고, 무엇의 가중치인지 말하는 config가 없습니다.',
  'Drop its folder, with config.json beside it, or a ZIP of the folder.':
    'config.json이 함께 있는 폴더나, 그 폴더의 ZIP을 놓으세요.',
  '{0} is a pickle of Python, which can run any program when it is read, so it never is.':
    '{0~}은(는) Python의 pickle입니다. 읽을 때 어떤 프로그램이든 실행할 수 있어 읽지 않습니다.',
  'Save the model with `save_pretrained(folder, safe_serialization=True)`, and drop the folder.':
    '모델을 `save_pretrained(folder, safe_serialization=True)`로 저장해 그 폴더를 놓으세요.',
  'There are {0} models in it: {1}.': '안에 모델이 {0}개 있습니다: {1}.',
  'Choose a ZIP or a folder of one of them.': '그 가운데 하나만 든 ZIP이나 폴더를 고르세요.',
  'The model is a {0}; read are UNet2DModel and UNet2DConditionModel of diffusers, and the MLP and the Classifier of this program.':
    '모델이 {0}입니다. diffusers의 UNet2DModel과 UNet2DConditionModel, 이 프로그램의 MLP와 Classifier를 읽을 수 있습니다.',
  'There are weights in it, but no config.json that says what they belong to.':
    '가중치는 있는데, 무엇의 가중치인지 말하는 config.json이 없습니다.',
  'Add the config.json of the model.': '모델의 config.json을 넣으세요.',
  'The ZIP holds no model: there is no config.json of one in it.': 'ZIP에 모델이 없습니다. 모델의 config.json이 없습니다.',
  '{0} is read, and {1} beside it is not.': '{0}을(를) 읽고, 옆에 있는 {1}은(는) 읽지 않았습니다.',
  'Of the pipeline only {0} is read: without {1}.': '파이프라인에서 {0}만 읽었습니다. {1~}은(는) 빠집니다.',
  'The weights are those of {0}.': '가중치는 {0}의 것입니다.',

  // read.ts
  'It has no schedule: use the one that it was trained with.': '스케줄이 없습니다. 학습할 때의 스케줄을 쓰세요.',
  'It does not say what the model predicts: epsilon is assumed.': '모델이 무엇을 예측하는지 적혀 있지 않아 epsilon으로 봅니다.',
  'No signal is left at the last timestep, where a model that predicts epsilon says nothing of the data.':
    '마지막 타임스텝에 신호가 남아 있지 않습니다. 거기서는 epsilon을 예측하는 모델이 데이터에 대해 아무것도 말하지 못합니다.',
  'It does not say how the model says its variance: learned_range is assumed.':
    '모델이 분산을 어떻게 말하는지 적혀 있지 않아 learned_range로 봅니다.',
  'Its variance is taken to be a logarithm, as OpenAI has it; DDPMScheduler of diffusers takes it as it is.':
    '분산을 OpenAI처럼 로그 값으로 봅니다. diffusers의 DDPMScheduler는 그대로의 값으로 봅니다.',
  'The model is preconditioned, but the schedule is missing that says how much noise it is told of.':
    '모델이 Precondition을 거친 것인데, 노이즈의 양을 알려 줄 스케줄이 없습니다.',
  'Add scheduler/scheduler_config.json, which was beside it.': '옆에 있던 scheduler/scheduler_config.json을 넣으세요.',
  'The scheduler says that the model learned its variance (variance_type {0}), but the model has one output for each number, and not two.':
    '스케줄러는 모델이 분산을 배웠다고 하는데(variance_type {0}), 모델의 출력은 수마다 둘이 아니라 하나입니다.',
  'Choose a model with twice as many channels going out as coming in, or set variance_type to fixed_small.':
    '나가는 채널이 들어오는 채널의 두 배인 모델을 고르거나, variance_type을 fixed_small로 정하세요.',

  // record.ts, training.ts, unet.ts
  'record/losses and record/counts are no record of losses.': 'record/losses와 record/counts가 손실 기록이 아닙니다.',
  '{0} does not name the weights of the model.': '{0}에 모델의 가중치 이름이 없습니다.',
  '{0} in {1} is {2}.': '{1}의 {0}이(가) {2}입니다.',
  'layers_per_block of the UNet is {0}; at most {1} are read.': 'UNet의 layers_per_block이 {0}인데, {1}까지 읽을 수 있습니다.',
  'Choose a UNet2DModel made of the blocks that are supported, those of DDPM, or a UNet2DConditionModel such as that of Stable Diffusion 1.':
    '지원하는 블록, 곧 DDPM의 블록으로 된 UNet2DModel이나, Stable Diffusion 1의 것 같은 UNet2DConditionModel을 고르세요.',

  // safetensors.ts
  '{0} does not fit 32 bits.': '{0}이(가) 32비트에 들어가지 않습니다.',
  '{0}: {1} of shape [{2}] takes {3} bytes, but has {4}.': '{0}: [{2}] 모양의 {1}은(는) {3}바이트여야 하는데 {4}바이트입니다.',
  '{0} ends behind the end of the file.': '{0}이(가) 파일의 끝을 넘어갑니다.',
  'The file is too short to be a safetensors file.': 'safetensors 파일이라기에는 너무 짧습니다.',
  'The header is said to have {0} bytes, more than there are or are allowed.':
    '헤더가 {0}바이트라고 하는데, 있는 것이나 허용하는 것보다 큽니다.',
  '{0} is not described by an object.': '{0}의 설명이 객체가 아닙니다.',
  '{0} is of type {1}; read are {2}.': '{0}의 형식이 {1}입니다. 읽을 수 있는 것은 {2}입니다.',
  '{0} has no valid shape.': '{0}의 모양이 올바르지 않습니다.',
  '{0} has no valid offsets.': '{0}의 위치가 올바르지 않습니다.',
  '{0} begins at byte {1} of the data, not at {2}.': '{0}이(가) 데이터의 {2}번째 바이트가 아니라 {1}번째에서 시작합니다.',
  '{0} bytes at the end belong to no tensor.': '끝의 {0}바이트가 어느 텐서에도 속하지 않습니다.',

  // weights.ts
  '{0} holds {1}, which {2} says nothing of.': '{0}에 {1}이(가) 있는데, {2}에는 적혀 있지 않습니다.',
  '{0} does not hold {1}, as {2} says.': '{2}에 적힌 것과 달리, {0}에 {1}이(가) 없습니다.',
  '{0} cannot be read. {1}': '{0}을(를) 읽을 수 없습니다. {1~}',
  'Get the file anew: it was cut short or changed.': '파일을 다시 받으세요. 잘렸거나 바뀌었습니다.',
  'The weight {0} is missing.': '가중치 {0}이(가) 없습니다.',
  'The weight {0} has shape [{1}], but the config asks for [{2}].':
    '가중치 {0}의 모양은 config에 따르면 [{2}]이어야 하는데 [{1}]입니다.',
  'The weight {0} belongs to no part of the model.': '가중치 {0}은(는) 모델의 어느 부분에도 속하지 않습니다.',
  'The weight {0} comes twice.': '가중치 {0}이(가) 두 번 있습니다.',

  // write.ts
  'The schedule is not the one of Precondition: "{0}" and "{1}".': '스케줄이 Precondition의 것과 다릅니다: “{0}”, “{1}”.',
  'Wire the same schedule to both, or leave that of SaveCheckpoint unwired.':
    '둘에 같은 스케줄을 연결하거나, SaveCheckpoint의 스케줄은 연결하지 마세요.',
  'Diffusers cannot load this model. {0}': 'diffusers가 이 모델을 불러올 수 없습니다. {0~}',
  'Set `format` to auto: then only this program reads it.': '`format`을 auto로 정하세요. 그러면 이 프로그램만 읽을 수 있습니다.',
  'Diffusers cannot load this model: its schedulers precondition a model only as EDM does, in σ.':
    'diffusers가 이 모델을 불러올 수 없습니다. diffusers의 스케줄러는 EDM처럼 σ로만 모델을 전처리합니다.',
  'Diffusers cannot load this model: its EDMEulerScheduler preconditions the model by itself, and tells it ln(sigma) / 4.':
    'diffusers가 이 모델을 불러올 수 없습니다. EDMEulerScheduler는 모델을 스스로 전처리하고 ln(sigma) / 4를 알려 줍니다.',
  'Diffusers cannot load this model: it has no scheduler for a VPSchedule.':
    'diffusers가 이 모델을 불러올 수 없습니다. VPSchedule에 맞는 스케줄러가 없습니다.',
  'Diffusers cannot load this model: its schedulers of flows know no {0}.':
    'diffusers가 이 모델을 불러올 수 없습니다. flow의 스케줄러가 {0}을(를) 모릅니다.',
  'Diffusers cannot load this model: DDPMScheduler knows no flow_prediction.':
    'diffusers가 이 모델을 불러올 수 없습니다. DDPMScheduler가 flow_prediction을 모릅니다.',
  'Diffusers cannot load this model: its learned variance is a logarithm, which DDPMScheduler takes to be the variance itself.':
    'diffusers가 이 모델을 불러올 수 없습니다. 배운 분산이 로그 값인데, DDPMScheduler는 그것을 분산 자체로 봅니다.',
  'Diffusers cannot load a pipeline without a schedule, which also says what the model predicts.':
    'diffusers는 스케줄 없는 파이프라인을 불러올 수 없습니다. 스케줄은 모델이 무엇을 예측하는지도 말합니다.',
  'Wire `schedule`: that of the training.': '`schedule`에 학습할 때의 스케줄을 연결하세요.',
}
