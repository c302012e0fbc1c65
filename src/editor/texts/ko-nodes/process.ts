// 분류 process(확산 과정)의 노드가 자신에 대해 하는 말.
export const process = {
  // ConvertPrediction
  'Turns a prediction of one kind into another: from the noise the clean data, and so on.':
    '한 종류의 예측을 다른 종류로 바꿉니다. 노이즈 예측에서 깨끗한 데이터를 얻는 식입니다.',
  'what the model said': '모델이 말한 것',
  'what it was asked about': '모델에게 물은 데이터',
  'how much noise t means': 't가 뜻하는 노이즈의 양',
  'of the kind `to`': '`to`가 고른 종류',
  'the same numbers as samples, to look at or to go on with': '같은 값을 샘플로 준 것. 보거나 이어서 쓸 때',
  'the kind wanted': '원하는 종류',

  // ConvertTimestep
  'Turns a timestep of one schedule into that of another: with as much noise beside the signal, or as far along. With as much noise x_t is the same but for its size.':
    '한 스케줄의 타임스텝을 다른 스케줄의 타임스텝으로 옮깁니다. 신호에 견준 노이즈가 같은 곳이나, 같은 만큼 나아간 곳입니다. 노이즈가 같으면 x_t는 크기만 다릅니다.',
  'of `from`': '`from`의 타임스텝',
  'that t belongs to': 't가 속한 스케줄',
  'whose timestep is wanted': '타임스텝을 구할 스케줄',
  'of `to`; between two timesteps of a table, where none has exactly as much noise':
    '`to`의 타임스텝. 노이즈가 꼭 같은 것이 표에 없으면 두 타임스텝 사이',
  'snr: with the same signal-to-noise ratio, beyond the end of `to` at its end; share: as far from data to noise, t / T (of sigma in its logarithm)':
    'snr: 신호 대 잡음비가 같은 곳, `to`의 끝을 넘으면 그 끝; share: 데이터에서 노이즈까지 나아간 비율 t / T가 같은 곳(sigma는 로그로)',

  // Dequantize
  'Moves each pixel evenly within its level: a density of what comes out, times the width of a level, bounds the probability of what went in.':
    '픽셀을 저마다 제 칸 안에서 고르게 흔듭니다. 나온 것의 밀도에 칸의 너비를 곱하면 들어간 것의 확률의 한계가 됩니다.',
  'pixels in [-1, 1]; points stay as they are: they have no levels': '[-1, 1]의 픽셀. 점은 칸이 없어 그대로 둡니다',
  'no two alike': '같은 값이 둘 없음',
  'how many values a pixel can have: 256 for 8 bits, 17 for digits':
    '픽셀 하나가 가질 수 있는 값의 수: 8비트는 256, 숫자 데이터는 17',

  // FlowSchedule
  'The straight way from data at t = 0 to pure noise at t = T, in continuous time: for models that predict the velocity (flow_prediction).':
    't = 0의 데이터에서 t = T의 순수한 노이즈까지 곧게 가는, 연속 시간의 스케줄입니다. 속도를 예측하는 모델(flow_prediction)에 씁니다.',
  'of continuous time': '연속 시간의 스케줄',
  'T: what t is at pure noise': 'T: 순수한 노이즈에서의 t',

  // ForwardNoise
  'Jumps straight from clean data to its noised version at timestep t.':
    '깨끗한 데이터에서 타임스텝 t의 노이즈 낀 데이터로 한 번에 갑니다.',
  'one per item, or one for all': '항목마다 하나, 또는 모두에 하나',
  'of the shape of x_0': 'x_0과 같은 모양',
  'x_0 with the noise of timestep t': '타임스텝 t의 노이즈가 낀 x_0',

  // ForwardStep
  'Makes one step of the forward process, from t - 1 to t. The steps 0 ... t one after the other are what ForwardNoise does at once.':
    '순방향 과정을 t - 1에서 t로 한 단계 갑니다. 0 ... t 단계를 차례로 밟으면 ForwardNoise가 한 번에 하는 일과 같습니다.',
  'at t - 1; clean data for t = 0': 't - 1의 데이터. t = 0이면 깨끗한 데이터',
  'where the step leads': '이 단계가 이르는 곳',
  'of the shape of x_prev, fresh for each step': 'x_prev와 같은 모양, 단계마다 새로 뽑은 것',
  'how much noise a step adds': '한 단계가 더하는 노이즈의 양',

  // GaussianNoise
  'Draws standard normal noise. Equal seeds draw equal noise, and the first items of a larger batch are those of a smaller one.':
    '표준 정규 분포의 노이즈를 뽑습니다. 시드가 같으면 노이즈도 같고, 큰 배치의 앞부분은 작은 배치와 같습니다.',
  'noise of this shape; wired from a loop, drawn afresh in each iteration':
    '이것과 같은 모양으로 뽑습니다. 반복에서 연결하면 회마다 새로 뽑습니다',
  'one number for each number of like': 'like의 수마다 하나씩',
  'how many items; 0: as many as like': '항목의 수. 0이면 like와 같게',
  'of one item if like is unwired: 2 for points of the plane, 28, 28, 1 for images of that height, width and channels':
    'like를 연결하지 않을 때 한 항목의 모양: 평면의 점은 2, 이미지는 28, 28, 1처럼 높이, 너비, 채널',
  'of images: so much noise is added to each channel as a whole, 0.1 where it is used; to train with':
    '이미지에서 채널마다 통째로 더하는 노이즈의 양. 쓴다면 보통 0.1이며, 학습용입니다',

  // ImportanceTimesteps
  'Draws timesteps whose losses were large more often, and says how much less they count for it: the same mean with less chance in it. Uniform until every timestep has ten losses.':
    '손실이 컸던 타임스텝을 더 자주 뽑고, 그만큼 덜 세도록 가중치를 줍니다. 평균은 같고 덜 흔들립니다. 타임스텝마다 손실이 열 개 모일 때까지는 고르게 뽑습니다.',
  'as many as this has items; wired from a loop, drawn afresh in each iteration':
    '이것의 항목 수만큼 뽑습니다. 반복에서 연결하면 회마다 새로 뽑습니다',
  'of betas: whose timesteps': '타임스텝을 뽑을 beta 스케줄',
  'from TrainingStart; losses of Loss have to be wired to TrainingEnd':
    'TrainingStart에서. Loss의 losses를 TrainingEnd에 연결해야 합니다',
  'one per item': '항목마다 하나',
  'one per item, for Loss': '항목마다 하나, Loss에 연결',
  'this share is drawn uniformly, so that no timestep is forgotten': '이 비율은 고르게 뽑아 어떤 타임스텝도 잊히지 않게 합니다',

  // InputPerturbation
  'Adds a little noise to the noise. Wired to ForwardNoise alone, with the noise itself still wired to Target, it prepares a model for the errors of its own samples.':
    '노이즈에 노이즈를 조금 더합니다. ForwardNoise에만 연결하고 Target에는 원래 노이즈를 연결해 두면, 모델이 제 샘플의 오차에 대비합니다.',
  'from GaussianNoise': 'GaussianNoise에서',
  'for ForwardNoise': 'ForwardNoise에 연결',
  'how much of it is added; 0: none': '더하는 양. 0이면 없음',

  // NoiseSchedule
  'Says how much noise the data has at each timestep, from almost none at t = 0 to almost nothing else at the last.':
    '타임스텝마다 데이터에 노이즈가 얼마나 끼는지 정합니다. t = 0에는 거의 없고 마지막에는 거의 노이즈뿐입니다.',
  'betas and alpha-bars of all timesteps': '모든 타임스텝의 beta와 alpha-bar',
  'linear: as diffusers, not rescaled, so few timesteps do not reach noise; linear_openai: betas times 1000 / T; scaled_linear: linear in the root of beta (Stable Diffusion); squaredcos_cap_v2: cosine; sigmoid: in beta, as diffusers; sigmoid_alpha_bar: in alpha-bar (Jabri et al.); exp, laplace: alpha-bar as diffusers has it; sqrt: root of a line; warmup10, warmup50, const: as DDPM; jsd: 1 / (T - t), the signal falls evenly to none':
    'linear: diffusers와 같고 다시 맞추지 않아, 타임스텝이 적으면 노이즈에 이르지 못함; linear_openai: beta에 1000 / T를 곱함; scaled_linear: beta의 제곱근이 직선(Stable Diffusion); squaredcos_cap_v2: 코사인; sigmoid: diffusers처럼 beta에서; sigmoid_alpha_bar: alpha-bar에서(Jabri et al.); exp, laplace: diffusers의 alpha-bar; sqrt: 직선의 제곱근; warmup10, warmup50, const: DDPM과 같음; jsd: 1 / (T - t), 신호가 고르게 줄어 없어짐',
  'T: timesteps are 0 ... T - 1': 'T: 타임스텝은 0 ... T - 1',
  'first beta': '첫 beta',
  'last beta': '마지막 beta',
  'shifts and scales the root of alpha-bar so that no signal is left at the last timestep; then a model has to predict v or x_0':
    '마지막 타임스텝에 신호가 남지 않도록 alpha-bar의 제곱근을 옮기고 늘립니다. 그러면 모델은 v나 x_0을 예측해야 합니다',

  // Posterior
  'Gives mean and variance of the step back from x_t when the clean x_0 is known: what DDPM learns to imitate.':
    '깨끗한 x_0을 알 때 x_t에서 한 단계 돌아가는 분포의 평균과 분산을 줍니다. DDPM이 배워 흉내 내는 것입니다.',
  'of q(x_{t-1} | x_t, x_0)': 'q(x_{t-1} | x_t, x_0)의 평균',
  'of each number, of the shape of mean': '수마다의 분산, mean과 같은 모양',

  // RandomTimesteps
  'Draws a timestep for each item of a batch: all equally likely, or more of those where there is more to learn.':
    '배치의 항목마다 타임스텝을 뽑습니다. 모두 고르게 뽑거나, 배울 것이 많은 곳을 더 자주 뽑습니다.',
  'of t: uniform; lognormal: of σ / α, as EDM; logit_normal, mode, cosmap: as SD3; the others as k-diffusion. In a table of betas the nearest timestep':
    't의 분포: uniform(고르게); lognormal: EDM처럼 σ / α의 분포; logit_normal, mode, cosmap: SD3과 같음; 나머지는 k-diffusion과 같음. beta 표에서는 가장 가까운 타임스텝',
  'of ln(σ / α); P_mean of EDM': 'ln(σ / α)의 평균. EDM의 P_mean',
  'of ln(σ / α); P_std of EDM': 'ln(σ / α)의 표준 편차. EDM의 P_std',
  'of ln(σ / α) below the mean': '평균 아래쪽 ln(σ / α)의 표준 편차',
  'of ln(σ / α) above the mean': '평균 위쪽 ln(σ / α)의 표준 편차',
  'above 0: more noise': '0보다 크면 노이즈가 많은 쪽',
  'the smaller, the more in the middle': '작을수록 가운데에 몰림',
  'above 0: more in the middle; below: at the ends': '0보다 크면 가운데에, 작으면 양 끝에 몰림',
  'median of ln(σ / α)': 'ln(σ / α)의 중앙값',
  'spread of ln(σ / α)': 'ln(σ / α)가 퍼진 정도',
  'standard deviation of the data': '데이터의 표준 편차',
  'least σ / α': '가장 작은 σ / α',
  'most σ / α': '가장 큰 σ / α',
  'side of the images': '이미지 한 변',
  'side that the highest noise is made for': '가장 큰 노이즈를 맞춘 이미지의 한 변',
  'side that the lowest noise is made for': '가장 작은 노이즈를 맞춘 이미지의 한 변',
  'one in each of as many equally likely parts as there are items: less chance in the loss':
    '확률이 같은 구간을 항목 수만큼 나누어 하나씩 뽑습니다. 손실이 덜 흔들립니다',

  // ReverseProcess
  'Gives mean and variance of the step back that a model makes, where Posterior has the one that knows the clean data.':
    '모델이 한 단계 돌아가는 분포의 평균과 분산을 줍니다. Posterior는 깨끗한 데이터를 아는 쪽의 것을 줍니다.',
  'of p(x_{t-1} | x_t)': 'p(x_{t-1} | x_t)의 평균',
  'fixed_small that of the posterior, fixed_large beta, learned what the model says, if it was made to':
    'fixed_small은 사후 분포의 분산, fixed_large는 beta, learned는 모델이 분산도 말하게 만들어졌을 때 그 값',

  // SigmaSchedule
  'Adds noise to data that keeps its size, and t is the standard deviation sigma of that noise: as EDM, or variance exploding.':
    '데이터의 크기는 그대로 두고 노이즈를 더합니다. t는 그 노이즈의 표준 편차 sigma입니다. EDM이나 분산 폭발(VE)이 그렇게 합니다.',
  'of continuous time, which is sigma': '연속 시간, 곧 sigma의 스케줄',
  'the least noise that is sampled at (variance exploding: 0.01 or 0.02)':
    '샘플링하는 가장 작은 노이즈(분산 폭발: 0.01이나 0.02)',
  'the most, beside which the data is nothing (variance exploding: 50 or 100)':
    '가장 큰 노이즈. 그 옆에서 데이터는 없는 것과 같습니다(분산 폭발: 50이나 100)',

  // Target
  'Gives what a model should have predicted, by what it was made to predict: the noise, the clean data or a mixture.':
    '모델이 예측했어야 하는 것을 줍니다. 모델이 무엇을 예측하게 만들어졌는지에 따라 노이즈, 깨끗한 데이터 또는 둘을 섞은 것입니다.',
  'says which kind': '어느 종류인지 알려 줍니다',
  'that was added': '더한 노이즈',
  'at which': '더한 타임스텝',
  'by which': '더할 때 쓴 스케줄',
  'for Loss': 'Loss에 연결',

  // Timestep
  'One timestep, by a slider: it holds for all items of a batch.':
    '슬라이더로 고르는 타임스텝 하나입니다. 배치의 모든 항목에 쓰입니다.',
  'refuses a timestep that it does not have': '여기에 없는 타임스텝은 거절합니다',
  'the same for all items': '모든 항목에 같음',
  '0 is the least noise, -1 is clean data': '0은 가장 작은 노이즈, -1은 깨끗한 데이터',

  // VPSchedule
  'What a linear schedule of betas becomes with ever more and smaller steps: variance preserving, in continuous time.':
    'beta의 직선 스케줄에서 단계를 끝없이 잘게 나눈 것입니다. 분산을 보존하는(VP) 연속 시간입니다.',
  'T: what t is at the end': 'T: 끝에서의 t',
  'beta at the data': '데이터 쪽 끝의 beta',
  'how much beta grows up to the noise': '노이즈까지 beta가 커지는 양',
}
