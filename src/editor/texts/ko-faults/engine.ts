// src/engine: 스케줄, 타임스텝, 단계, 손실, 학습, 지표가 하는 말.
export const engine = {
  // bandPower.ts, points.ts
  'No frequency of a picture of {0} x {1} lies in the {2} band.': '{0} x {1} 이미지에는 {2~} 대역에 드는 주파수가 없습니다.',
  'Move low_to and high_from, or wire larger pictures.': 'low_to와 high_from을 옮기거나, 더 큰 이미지를 연결하세요.',
  'The distribution is `drawn`, but nothing is drawn.': '분포가 `drawn`인데 그린 점이 없습니다.',
  'Draw on the node, or choose another distribution.': '노드 위에 그리거나, 다른 분포를 고르세요.',

  // classification.ts
  'Expected one label per item: [{0}], got [{1}].': '항목마다 레이블이 하나([{0}])여야 하는데 [{1}]입니다.',
  'Take the labels from where the pictures come from.': '레이블을 이미지가 오는 곳에서 받으세요.',
  'The classifier knows labels from 0 to {0}, got {1}.': '분류기가 아는 레이블은 0부터 {0}까지인데 {1}이(가) 왔습니다.',
  'Set `num_classes` of Classifier to that of the data, or wire the data set to it.':
    'Classifier의 `num_classes`를 데이터에 맞추거나, 데이터 세트를 연결하세요.',
  'No item has a label.': '레이블이 있는 항목이 없습니다.',
  'Wire labels before LabelDropout, or a data set that has labels.':
    'LabelDropout 앞의 레이블이나, 레이블이 있는 데이터 세트를 연결하세요.',

  // coefficients.ts
  'Expected one timestep per item: [{0}], got [{1}].': '항목마다 타임스텝이 하나([{0}])여야 하는데 [{1}]입니다.',
  'Take {0} and the samples from the same batch.': '{0}과(와) 샘플을 같은 배치에서 받으세요.',
  'Expected the shape of {0}, [{1}], got [{2}].': '{0}과(와) 같은 모양 [{1}]이어야 하는데 [{2}]입니다.',
  'Make {0} and {1} from the same batch.': '{0}과(와) {1}을(를) 같은 배치에서 만드세요.',
  'Expected as many timesteps as t has: [{0}], got [{1}].': 't만큼의 타임스텝([{0}])이 있어야 하는데 [{1}]입니다.',
  'Take t and t_prev from the same SamplingStart.': 't와 t_prev를 같은 SamplingStart에서 받으세요.',

  // continuous.ts, densities.ts
  'Expected a time above 0 for pure noise, got {0}.': '순수한 노이즈의 시각은 0보다 커야 하는데 {0}입니다.',
  'Expected a time above 0 for the end, got {0}.': '끝 시각은 0보다 커야 하는데 {0}입니다.',
  'Expected 0 < sigma_min < sigma_max, got {0} and {1}.': '0 < sigma_min < sigma_max여야 하는데 각각 {0}, {1}입니다.',
  'Expected beta_min from 0 and beta_d above 0, below 1000 together, got {0} and {1}.':
    'beta_min은 0 이상, beta_d는 0보다 크고, 합은 1000보다 작아야 하는데 각각 {0}, {1}입니다.',
  'Set {0} to {1}, the usual value.': '{0}을(를) 보통 쓰는 값 {1}으로(로) 정하세요.',
  'Expected sigma_min above 0 and below sigma_max, got {0} and {1}.':
    'sigma_min은 0보다 크고 sigma_max보다 작아야 하는데 sigma_min이 {0}, sigma_max가 {1}입니다.',
  'Set sigma_min to 0.002 and sigma_max to 80, say.': '예를 들어 sigma_min을 0.002로, sigma_max를 80으로 정하세요.',

  // forward.ts, posterior.ts
  'Expected a time with more noise than t = {0}, got {1}.': 't = {0}보다 노이즈가 많은 시각이어야 하는데 {1}입니다.',
  'The forward process only adds noise: take a later t.': '순방향 과정은 노이즈를 더하기만 합니다. 더 뒤의 t를 쓰세요.',
  'Expected a timestep before t = {0}, got {1}.': 't = {0}보다 앞선 타임스텝이어야 하는데 {1}입니다.',
  'This goes from noise to data. Upward, for inversion, DDIMStep with eta = 0 can go.':
    '이 노드는 노이즈에서 데이터 쪽으로 갑니다. 반대로 올라가려면(inversion) eta = 0인 DDIMStep을 쓰세요.',
  'The model says no variance: it has one output for each number, and not two.':
    '모델이 분산을 말하지 않습니다. 수마다 출력이 둘이 아니라 하나입니다.',
  'Set `learned_variance` of UNet or MLP to learned_range and train it, or take a fixed variance.':
    'UNet이나 MLP의 `learned_variance`를 learned_range로 정해 학습하거나, 고정된 분산을 쓰세요.',

  // importance.ts, likelihood.ts
  'Losses are remembered by whole timesteps from 0, got t = {0}.': '손실은 0부터의 정수 타임스텝별로 기록하는데 t = {0}입니다.',
  'Train on a schedule of betas, or cut the wire to losses.': 'beta 스케줄로 학습하거나, losses로 가는 연결선을 끊으세요.',
  'No model can be asked about clean data, so no step of the ODE begins or ends there.':
    '깨끗한 데이터는 어느 모델에게도 물을 수 없어, ODE의 단계는 거기서 시작하거나 끝날 수 없습니다.',
  'Take the list of timesteps through FlipTimesteps: upward, from the least noise.':
    '타임스텝 목록을 FlipTimesteps에 통과시키세요. 가장 작은 노이즈에서 위로 올라갑니다.',

  // learningRates.ts
  'Expected factors of the learning rate, each but the last with the step it ends at, got "{0}".':
    '학습률에 곱할 값들이, 마지막 것 말고는 끝나는 단계와 함께 있어야 하는데 “{0}”입니다.',
  'Write it as 1:1000,0.1:2000,0.01, with steps that rise.': '1:1000,0.1:2000,0.01처럼, 단계가 커지게 쓰세요.',
  '{0} is {1}, which is above lr, {2}: the learning rate would not fall but rise.':
    '{0}이(가) {1}이라(라) lr {2}보다 큽니다. 학습률이 낮아지지 않고 높아집니다.',
  'Lower {0}, or raise lr.': '{0}을(를) 낮추거나 lr를 높이세요.',

  // losses
  'Expected a whole number of levels above 1, got {0}.': 'levels는 1보다 큰 정수여야 하는데 {0}입니다.',
  'Set it to 256 for pictures of 8 bits, or to 17 for digits.': '8비트 이미지는 256, 숫자 데이터는 17로 정하세요.',
  'The weight {0} of an error in {1} is infinite at t = {2}, where there is no signal.':
    't = {2}에는 신호가 없어, {1} 오차의 가중치 {0}이(가) 무한대가 됩니다.',
  'The weight {0} of an error in {1} is infinite at t = {2}, where there is no noise.':
    't = {2}에는 노이즈가 없어, {1} 오차의 가중치 {0}이(가) 무한대가 됩니다.',
  'Leave this timestep out, take min_snr, or a model that predicts v_prediction.':
    '이 타임스텝을 빼거나, min_snr를 쓰거나, v_prediction을 예측하는 모델을 쓰세요.',

  // prediction.ts
  '{0} does not follow from {1} at t = {2}, where x_t is nothing but noise.':
    't = {2}에서는 x_t가 노이즈뿐이라 {1}에서 {0}을(를) 구할 수 없습니다.',
  '{0} does not follow from {1} at t = {2}, where x_t is clean.':
    't = {2}에서는 x_t가 깨끗해서 {1}에서 {0}을(를) 구할 수 없습니다.',
  'Use a model that predicts v_prediction, or leave this timestep out.':
    'v_prediction을 예측하는 모델을 쓰거나, 이 타임스텝을 빼세요.',

  // respacing.ts
  'Expected numbers of timesteps by section, or ddim and a number, got what is neither "{0}".':
    '구간마다의 타임스텝 수나 ddim과 수여야 하는데, “{0}”은(는) 어느 쪽도 아닙니다.',
  'Expected numbers of timesteps by section, or ddim and a number, got no whole stride gives {0} of {1} timesteps in "{2}".':
    '“{2}”: 타임스텝 {1}개에서 {0}개를 고르는 정수 간격이 없습니다. 구간마다의 타임스텝 수나 ddim과 수를 쓰세요.',
  'Expected numbers of timesteps by section, or ddim and a number, got {0} timesteps of a section of {1} in "{2}".':
    '“{2}”: 타임스텝이 {1}개인 구간에서 {0}개를 고를 수 없습니다.',
  'Write "250", "10,15,20" or "ddim50".': '“250”, “10,15,20”, “ddim50”처럼 쓰세요.',
  'Take a number that divides the timesteps.': '타임스텝 수를 나누어떨어지게 하는 수를 쓰세요.',
  'Ask for fewer.': '더 적게 고르세요.',

  // samplers
  's_churn is shared out over all steps, but t does not say how many there are.':
    's_churn은 모든 단계에 나누어 쓰는데, t가 단계가 몇인지 알려 주지 않습니다.',
  'Wire t from SamplingStart, or set s_churn to 0.': 'SamplingStart의 t를 연결하거나, s_churn을 0으로 정하세요.',
  'Expected eta = 0 for the step up from t = {0} to {1}, got {2}: there is no fresh noise on the way to noise.':
    't = {0}에서 {1}으로(로) 올라가는 단계에서는 eta = 0이어야 하는데 {2}입니다. 노이즈 쪽으로 갈 때는 새 노이즈가 없습니다.',
  'Set eta to 0, or take Timesteps that go down.': 'eta를 0으로 정하거나, 내려가는 Timesteps를 쓰세요.',
  'Expected a t with some noise to start from, got {0}, which is clean data.':
    '노이즈가 조금이라도 있는 t에서 시작해야 하는데 {0}, 곧 깨끗한 데이터입니다.',
  'Set `end` of Timesteps to `smallest` before the list is turned round.':
    '목록을 뒤집기 전에 Timesteps의 `end`를 `smallest`로 정하세요.',
  'Expected a t with some signal, got {0}, which has none: in terms of ε there is no step from there.':
    '신호가 조금이라도 있는 t여야 하는데 {0}에는 없습니다. ε으로 계산하는 단계는 거기서 시작할 수 없습니다.',
  'Take a solver in terms of x_0 (dpmsolver++, predict_x0; of samplers dpmpp_2m or unipc), or a schedule that keeps some signal at its end.':
    'x_0으로 계산하는 솔버(dpmsolver++, predict_x0, 샘플러는 dpmpp_2m이나 unipc)를 쓰거나, 끝에 신호가 남는 스케줄을 쓰세요.',
  'Expected a timestep before t = {0}, got {1}: there is no fresh noise on the way to noise.':
    't = {0}보다 앞선 타임스텝이어야 하는데 {1}입니다. 노이즈 쪽으로 갈 때는 새 노이즈가 없습니다.',
  'Take the solver without fresh noise, or Timesteps that go down.':
    '새 노이즈를 더하지 않는 솔버나, 내려가는 Timesteps를 쓰세요.',
  'Expected a share above 0 and at most 1, got {0}.': '0보다 크고 1 이하인 비율이어야 하는데 {0}입니다.',
  'Set it to 0.995.': '0.995로 정하세요.',
  'Expected a whole number above 0, got {0}.': '0보다 큰 정수여야 하는데 {0}입니다.',
  'Set it to 10, as in the paper.': '논문처럼 10으로 정하세요.',
  'The error of this step is not a number: what the model says is none.':
    '이 단계의 오차가 수가 아닙니다. 모델이 말한 것이 수가 아니기 때문입니다.',
  'Look at the prediction with an Inspect; a training that broke down gives such models.':
    '예측을 Inspect로 확인하세요. 학습이 무너지면 이런 모델이 됩니다.',

  // schedule.ts
  'Expected a whole number of timesteps above 0, got {0}.': '타임스텝 수는 0보다 큰 정수여야 하는데 {0}입니다.',
  'Set num_train_timesteps to 1000, say.': '예를 들어 num_train_timesteps를 1000으로 정하세요.',
  'A schedule of one timestep cannot be rescaled to zero terminal SNR.':
    '타임스텝이 하나인 스케줄은 끝의 SNR이 0이 되게 고칠 수 없습니다.',
  'Raise num_train_timesteps, or switch it off.': 'num_train_timesteps를 높이거나, 이것을 끄세요.',
  'Expected every beta to be above 0 and below 1, got {0} at t = {1}.':
    '모든 beta는 0보다 크고 1보다 작아야 하는데 t = {1}에서 {0}입니다.',
  'linear_openai multiplies betas by 1000 / T: raise num_train_timesteps, or lower beta_end.':
    'linear_openai는 beta에 1000 / T를 곱합니다. num_train_timesteps를 높이거나 beta_end를 낮추세요.',
  'Set beta_start and beta_end between 0 and 1.': 'beta_start와 beta_end를 0과 1 사이로 정하세요.',
  'Expected a timestep of the schedule, from 0 to {0} (or -1 for clean data), got {1}.':
    '스케줄의 타임스텝은 0부터 {0}까지(깨끗한 데이터는 -1)인데 {1}입니다.',
  'Expected a timestep of the schedule, 0 or above: here it is σ (or -1 for clean data), got {0}.':
    '이 스케줄의 타임스텝은 σ라서 0 이상(깨끗한 데이터는 -1)이어야 하는데 {0}입니다.',
  'Take t and schedule from the same NoiseSchedule.': 't와 schedule을 같은 NoiseSchedule에서 받으세요.',
  'There is no signal left at this t, and "{0}" keeps some at any time.':
    '이 t에는 신호가 남아 있지 않은데, “{0}”에는 어느 시각에나 신호가 남아 있습니다.',
  'Take a smaller t.': '더 작은 t를 쓰세요.',
  '{0} takes a schedule of betas, and "{1}" has none: its time is continuous.':
    '{0~}에는 beta 스케줄이 필요한데, “{1}”에는 beta가 없습니다. 시간이 연속입니다.',
  'Wire a NoiseSchedule of betas, such as squaredcos_cap_v2.': 'squaredcos_cap_v2 같은 beta의 NoiseSchedule을 연결하세요.',

  // timesteps.ts
  'Expected a shift above 0 and a shift_terminal below 1, got {0} and {1}.':
    'shift는 0보다 크고 shift_terminal은 1보다 작아야 하는데 각각 {0}, {1}입니다.',
  '"{0}" is no flow, and nothing else can be shifted.': '“{0}”은(는) flow가 아닙니다. 옮길 수 있는 것은 flow뿐입니다.',
  'Set shift to 1 and shift_terminal to 0, which change nothing.':
    'shift를 1로, shift_terminal을 0으로 정하세요. 그러면 옮기지 않습니다.',
  'Expected a whole number of steps above 0, got {0}.': '단계 수는 0보다 큰 정수여야 하는데 {0}입니다.',
  'Expected a whole number of steps from 1 to {0}, the timesteps of the schedule, got {1}.':
    '단계 수는 1부터 스케줄의 타임스텝 수 {0}까지의 정수여야 하는데 {1}입니다.',
  'Set num_inference_steps to 50, say.': '예를 들어 num_inference_steps를 50으로 정하세요.',
  'Lower num_inference_steps to {0} or less.': 'num_inference_steps를 {0} 이하로 낮추세요.',
  'Expected at most {0} original steps, one for each timestep of the schedule, which the list leaves.':
    '원래 단계는 스케줄의 타임스텝마다 하나씩 많아야 {0}개인데, 목록이 스케줄을 벗어납니다.',
  'Lower original_inference_steps to {0} or less.': 'original_inference_steps를 {0} 이하로 낮추세요.',
  'Expected timesteps up to {0}, but the offset {1} makes the first {2}.':
    '타임스텝은 {0}까지인데, 오프셋 {1} 때문에 첫 타임스텝이 {2}이(가) 됩니다.',
  'Lower steps_offset or num_inference_steps.': 'steps_offset이나 num_inference_steps를 낮추세요.',
  'The schedule has no signal at its last timestep: its highest σ is infinite, and no curve begins there.':
    '스케줄의 마지막 타임스텝에 신호가 없습니다. 가장 높은 σ가 무한대라 곡선이 거기서 시작할 수 없습니다.',
  'Set sigma_max (80, say), or sigmas to schedule.': 'sigma_max를 정하거나(예: 80), sigmas를 schedule로 정하세요.',
  'Expected sigma_min above 0 and not above sigma_max, got {0} and {1}.':
    'sigma_min은 0보다 크고 sigma_max 이하여야 하는데 sigma_min이 {0}, sigma_max가 {1}입니다.',
  'Set both to 0, which means those of the schedule.': '둘 다 0으로 정하세요. 스케줄의 값을 쓴다는 뜻입니다.',
  'Expected sigma_max up to 1, which is pure noise in a flow, got {0}.':
    'flow에서 sigma_max는 순수한 노이즈인 1까지인데 {0}입니다.',
  'Set it to 0, which means that of the schedule.': '0으로 정하세요. 스케줄의 값을 쓴다는 뜻입니다.',

  // training.ts
  'Expected a training of this model, but its weight {0} is {1}, and that of the model {2}.':
    '이 모델의 학습이어야 하는데 가중치 {0}이(가) 다릅니다. 학습 쪽은 {1~}, 모델 쪽은 {2~}입니다.',
  'Wire model and training from the same checkpoint.': 'model과 training을 같은 체크포인트에서 연결하세요.',
  'The optimizer {0} goes on from moments ({1}) that the training which is wired has not kept: another optimizer made it.':
    '옵티마이저 {0}이(가) 이어 가려면 모멘트({1})가 필요한데, 연결된 학습에는 없습니다. 다른 옵티마이저로 학습한 것입니다.',
  'Choose the optimizer that it was made with, or cut the wire to begin at step 0 with its weights.':
    '학습한 옵티마이저를 고르거나, 연결선을 끊고 그 가중치로 0단계부터 시작하세요.',
  'The average {0} is a power function of width {1}, which has to see every step, and the training which is wired kept {2}.':
    '{0}번째 평균은 너비 {1}의 거듭제곱 함수라 모든 단계를 보아야 하는데, 연결된 학습에는 {2~}.',
  'Choose the EMAs that it was made with, in their order, or another kind.':
    '학습할 때의 EMA를 그 순서대로 고르거나, 다른 종류를 고르세요.',
  'The loss does not depend on the model that TrainingStart gives, so there is nothing to train.':
    '손실이 TrainingStart가 주는 모델과 상관없어 학습할 것이 없습니다.',
  'Wire `model` of TrainingStart to Predict, in place of the model that enters the zone.':
    '학습 구간에 들어가는 모델 대신 TrainingStart의 `model`을 Predict에 연결하세요.',
}
