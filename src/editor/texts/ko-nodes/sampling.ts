// 분류 sampling(샘플링)의 노드가 자신에 대해 하는 말.
export const sampling = {
  // AdaptiveSampler
  'Samples with a model by DPM-Solver, with as many steps as a tolerance needs. Open it to see the loop inside: it is made of nodes, and gives the same numbers.':
    'DPM-Solver로, 허용 오차가 요구하는 만큼의 단계로 샘플링합니다. 열어 보면 안의 반복이 보입니다. 노드로 되어 있고 같은 수를 냅니다.',
  'where to start: noise': '시작하는 곳: 노이즈',
  'what came of it': '결과',
  'the steps that counted': '받아들인 단계들',
  'how many steps counted': '받아들인 단계 수',
  'how many were made in all': '시도한 단계를 모두 센 수',
  'so many steps at most, those that do not count included': '많아야 이만큼. 버린 단계도 셉니다',
  'the first step, in log(alpha / sigma)': '첫 단계의 크기, log(alpha / sigma)로',
  'proportional part of the control of the step size': '단계 크기 제어의 비례 항',
  'integral part': '적분 항',
  'derivative part': '미분 항',
  'a step is made again if the next one would be smaller than this share of it':
    '다음 단계가 이 비율보다 작아질 것 같으면 단계를 다시 합니다',
  'the trajectory keeps every n-th step; where that is more than 64 MB, fewer':
    '궤적에 n째 단계마다 남깁니다. 64 MB를 넘으면 더 드물게',

  // AdaptiveSamplingEnd
  'Ends adaptive sampling: takes what two solvers made of a step and how far they are apart, and keeps the step or tries a smaller one.':
    '적응 샘플링을 끝맺습니다. 한 단계를 두 가지로 푼 결과와 그 차이를 받아, 단계를 받아들이거나 더 작은 단계로 다시 합니다.',
  'after the last step': '마지막 단계 뒤',
  'the steps that counted, from x_T to x_0': '받아들인 단계들, x_T에서 x_0까지',

  // AdaptiveSamplingStart
  'Begins sampling with steps as large as the error allows: gives where x_t is and where to try to go, until it has come to the end of the list. All items go the same steps.':
    '오차가 허락하는 만큼 큰 단계로 샘플링을 시작합니다. x_t가 있는 곳과 가 볼 곳을 목록의 끝에 이를 때까지 줍니다. 모든 항목이 같은 단계를 밟습니다.',
  'where to start: noise, or data noised to the first t': '시작하는 곳: 노이즈, 또는 첫 t까지 노이즈를 더한 데이터',
  'from where to where: the first t and the last t_prev count, the steps between do not':
    '어디서 어디까지: 첫 t와 마지막 t_prev만 셉니다. 사이의 단계는 보지 않습니다',
  'as far as it has come': '거기까지 온 것',
  'what the lower solver made of the last step': '지난 단계를 낮은 쪽 솔버로 푼 것',
  'where x_t is': 'x_t가 있는 곳',
  'where to try to go': '가 볼 곳',
  '0, 1, 2, ..., steps that did not count included': '0, 1, 2, ... 버린 단계도 셉니다',
  'of the solver: with it the error grows': '솔버의 차수: 오차는 이 차수로 커집니다',

  // FlipTimesteps
  'Turns a list of timesteps round, from data to noise: with DDIMStep it finds the noise that samples become from. No model can be asked about clean data, so -1 becomes 0.':
    '타임스텝 목록을 데이터에서 노이즈 쪽으로 뒤집습니다. DDIMStep과 함께 쓰면 샘플이 나온 노이즈를 찾습니다. 깨끗한 데이터는 어느 모델에게도 물을 수 없어 -1은 0이 됩니다.',
  downward: '내려가는 목록',
  'upward; t_prev is where a step leads, as before': '올라가는 목록. t_prev는 여전히 단계가 이르는 곳입니다',

  // RePaintTimesteps
  'Writes out the way of RePaint: down the list, but after some steps as many up again, so that what is filled in comes to agree with what is known.':
    'RePaint의 길을 펼쳐 씁니다. 목록을 내려가다가 몇 단계마다 그만큼 다시 올라가, 채운 것이 아는 것과 어울리게 합니다.',
  'the way down': '내려가는 길',
  'with the jumps upward; for RePaintStep': '위로 뛰는 곳을 넣은 목록. RePaintStep에 씁니다',
  'how many steps a jump goes up': '한 번에 뛰어오르는 단계 수',
  'how often each stretch is gone down; 1: no jumps': '구간마다 내려가는 횟수. 1이면 뛰지 않음',

  // Sampler
  'Samples with a model, from noise to data. Open it to see the loop inside: it is made of nodes, and gives the same numbers.':
    '모델로 노이즈에서 데이터까지 샘플링합니다. 열어 보면 안의 반복이 보입니다. 노드로 되어 있고 같은 수를 냅니다.',
  'the way there': '거기까지 온 길',
  'how a step is made': '한 단계를 만드는 방법',
  'good with few steps': '적은 단계에 좋음',
  'ancestral, good with many steps': '새 노이즈를 더함(ancestral), 많은 단계에 좋음',
  'for consistency models: clean data at once, and noise again': 'consistency 모델용: 단번에 깨끗한 데이터로, 다시 노이즈를 더함',
  'made of predictions of the noise, exactly integrated': '노이즈 예측으로 만들고, 정확히 적분함',
  'three evaluations a step, third order': '단계마다 평가 세 번, 3차',
  'made of predictions of the noise': '노이즈 예측으로 만듦',
  'the best with 10 to 20 steps': '10~20단계에 가장 좋음',
  'dpmpp_2m with fresh noise, good with 20 steps and more': 'dpmpp_2m에 새 노이즈, 20단계부터 좋음',
  'every second step from two steps before': '둘째 단계마다 두 단계 앞에서',
  'two evaluations a step and fresh noise': '단계마다 평가 두 번과 새 노이즈',
  'from two steps before, not one; without guidance': '한 단계가 아니라 두 단계 앞까지, 가이던스 없을 때',
  'the same of third order, for 30 steps and more': '같은 것의 3차, 30단계부터',
  'every third from three before': '셋째 단계마다 세 단계 앞에서',
  'two evaluations a step and fresh noise in both, good with few steps': '단계마다 평가 두 번에 모두 새 노이즈, 적은 단계에 좋음',
  'the simplest solver': '가장 단순한 솔버',
  'Euler and fresh noise, other pictures with more steps': 'Euler에 새 노이즈, 단계가 늘면 이미지가 달라짐',
  'Euler from where s_churn has led, as in k-diffusion and EDM': 's_churn이 이른 곳에서 Euler, k-diffusion과 EDM처럼',
  'DDIM that corrects itself by the step before': '앞 단계로 스스로 고치는 DDIM',
  'two evaluations a step, exact where the way bends': '단계마다 평가 두 번, 길이 굽은 곳에서 정확함',
  'the same with one evaluation in each step': '같은 것을 단계마다 평가 한 번으로',
  'two evaluations a step, the second in the middle (dpm_2 of k-diffusion)':
    '단계마다 평가 두 번, 둘째는 가운데에서(k-diffusion의 dpm_2)',
  'kdpm2 and fresh noise (dpm_2_ancestral of k-diffusion)': 'kdpm2에 새 노이즈(k-diffusion의 dpm_2_ancestral)',
  'for models distilled to a few steps: clean data at once, and noise again':
    '몇 단계로 증류한 모델용: 단번에 깨끗한 데이터로, 다시 노이즈를 더함',
  'one evaluation a step, remembers up to three': '단계마다 평가 한 번, 앞의 셋까지 기억함',
  'fourth order where steps are even, four evaluations in each of the first three':
    '단계 간격이 고르면 4차, 처음 세 단계는 평가 네 번씩',
  'by the score alone, for hundreds of steps': 'score만으로, 수백 단계에',
  'with fresh noise, good with 20 steps and more': '새 노이즈를 더함, 20단계부터 좋음',
  'for models distilled to a few steps, with as much fresh noise as eta says':
    '몇 단계로 증류한 모델용, eta가 정하는 만큼 새 노이즈',
  'the best with 5 to 10 steps': '5~10단계에 가장 좋음',
  'which timesteps: see Timesteps': '어느 타임스텝인지: Timesteps를 보세요',
  'levels by a curve between the highest and the lowest sigma, in the place of timestep_spacing; schedule: none (of a schedule of sigmas: karras); karras: even in the 7th root, many small steps near the data; exponential: even in log sigma (use_lu_lambdas of diffusers is the same); polyexponential: that with a power; beta: more at both ends':
    'timestep_spacing 대신, 가장 높은 sigma와 가장 낮은 sigma 사이를 곡선으로 나눈 수준. schedule: 쓰지 않음(sigma 스케줄이면 karras); karras: 7제곱근에서 고르게, 데이터 가까이에 작은 단계가 많음; exponential: log sigma에서 고르게(diffusers의 use_lu_lambdas와 같음); polyexponential: 같은 것에 거듭제곱; beta: 양 끝에 더 많이',

  // SamplingEnd
  'Ends sampling: takes each step, and gives what came of the last, and the way there.':
    '샘플링을 끝맺습니다. 단계마다 받아, 마지막 것과 거기까지 온 길을 줍니다.',
  'at t_prev, from a step': 't_prev에서의 데이터, 단계 노드에서',
  'what was on the way, from x_T to x_0': 'x_T에서 x_0까지 지나온 것',

  // SamplingStart
  'Begins sampling: goes over a list of timesteps, and gives at each what the step before has made.':
    '샘플링을 시작합니다. 타임스텝 목록을 따라가며, 앞 단계가 만든 것을 단계마다 줍니다.',
  'where to start: noise (brought to the first level, where that is sigma), or data noised to the first t':
    '시작하는 곳: 노이즈(첫 수준이 sigma면 그 크기로 맞춥니다), 또는 첫 t까지 노이즈를 더한 데이터',
  'the way': '갈 길',
  'where to go; -1 is clean data': '갈 곳. -1은 깨끗한 데이터',
  '1 in the last iteration, else 0': '마지막 회에 1, 아니면 0',

  // SplitTimesteps
  'Cuts a list of timesteps in two. Noise data with ForwardNoise to `at`, and sampling over `rest` makes variations of it.':
    '타임스텝 목록을 둘로 나눕니다. ForwardNoise로 `at`까지 데이터에 노이즈를 더하고 `rest`를 따라 샘플링하면 그 변형이 됩니다.',
  'the whole list': '목록 전체',
  'the first part': '앞부분',
  'the last part': '뒷부분',
  'where rest begins: its first t, or the end of the list if nothing is left':
    'rest가 시작하는 곳: 첫 t, 남은 것이 없으면 목록의 끝',
  'how much of the list is rest: 0 keeps the data, 1 nothing of it':
    '목록에서 rest의 비율: 0이면 데이터를 그대로, 1이면 하나도 남기지 않음',

  // Timesteps
  'Lists the levels of noise a sampler visits, from noise to data: fewer than there are in training.':
    '샘플러가 들르는 노이즈 수준을 노이즈에서 데이터까지 늘어놓습니다. 학습할 때보다 적습니다.',
  'transitions from t to t_prev': 't에서 t_prev로 가는 단계들',
  'leading: multiples of T // n, the first well below T; trailing: from the last timestep down; linspace: from the last timestep to 0; lcm: some of the steps of a distilled solver. In continuous time leading is trailing: T, ..., T / n':
    'leading: T // n의 배수, 첫째가 T보다 꽤 아래; trailing: 마지막 타임스텝부터 아래로; linspace: 마지막 타임스텝부터 0까지; lcm: 증류한 솔버의 단계 가운데 일부. 연속 시간에서 leading은 trailing과 같음: T, ..., T / n',
  'how many steps the solver had that the model was distilled from': '모델을 증류한 솔버의 단계 수',
  'the power; 0: the usual, 7 for karras and 1 for polyexponential':
    '거듭제곱의 지수. 0이면 보통 값, karras는 7, polyexponential은 1',
  'the lowest sigma / alpha of a curve (of a flow: sigma); 0: that of the schedule':
    '곡선의 가장 낮은 sigma / alpha(flow에서는 sigma). 0이면 스케줄의 값',
  'the highest of a curve; 0: that of the schedule': '곡선의 가장 높은 값. 0이면 스케줄의 값',
  'added to each timestep of the spacing leading (Stable Diffusion: 1)':
    'leading 간격의 타임스텝마다 더하는 값(Stable Diffusion: 1)',
  'timesteps by sections, as guided-diffusion has it, in the place of number and spacing: "10,15,20" so many of each third, the cleanest first; "ddim50" a fixed stride':
    '수와 간격 대신, guided-diffusion처럼 구간마다 정한 타임스텝: "10,15,20"은 3분의 1마다 그만큼씩, 가장 깨끗한 쪽부터; "ddim50"은 일정한 간격',
  'moves the levels of a flow towards noise: 3 for large pictures; 1 leaves them':
    'flow의 수준을 노이즈 쪽으로 옮깁니다. 큰 이미지는 3, 1이면 그대로',
  'stretches the levels of a flow so that the last is this; 0 does not':
    '마지막 수준이 이 값이 되도록 flow의 수준을 늘입니다. 0이면 그대로',
  'the model is told whole timesteps alone; off: fractions where a level lies between two, as in k-diffusion':
    '모델에게 정수 타임스텝만 말합니다. 끄면 수준이 둘 사이에 있을 때 k-diffusion처럼 분수로',
  'points: n levels, down to the smallest; intervals: n + 1, of which the smallest gives way to the end, as DPM-Solver counts':
    'points: 가장 작은 것까지 수준 n개; intervals: n + 1개이되 가장 작은 것은 끝에 자리를 내줌, DPM-Solver가 세는 방법',
  'clean: the last step goes to clean data, t_prev = -1; smallest: to the least noise (t = 0 of a table), for steps that ask the model at t_prev too':
    'clean: 마지막 단계가 깨끗한 데이터로 감, t_prev = -1; smallest: 가장 작은 노이즈로(표에서는 t = 0), t_prev에서도 모델에게 묻는 단계를 위해',
  "next_in_list: each t_prev is the next t; stride: t - T // n whatever the spacing, as diffusers' DDIM":
    'next_in_list: t_prev는 다음 t; stride: 간격이 어떻든 t - T // n, diffusers의 DDIM처럼',
}
