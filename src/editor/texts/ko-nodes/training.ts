// 분류 training(학습)의 노드가 자신에 대해 하는 말.
export const training = {
  // AveragedModel
  'The model with one of the averages of its weights that a training keeps: to compare several EMAs of one training.':
    '학습이 간직한 가중치 평균 가운데 하나를 쓰는 모델입니다. 한 학습의 여러 EMA를 견줄 때 씁니다.',
  'that was trained, from TrainingEnd or LoadCheckpoint; its weights are replaced':
    '학습한 모델, TrainingEnd나 LoadCheckpoint에서. 가중치가 바뀝니다',
  'with averages: EMA wired to TrainingStart': '평균이 든 것: EMA를 TrainingStart에 연결한 학습',
  'with the averaged weights': '평균한 가중치의 모델',
  'which EMA, counted from the first of the chain': '어느 EMA인지, 이은 것의 처음부터 셈',

  // EMA
  'Averages the weights over the last steps: the averaged model samples better than the weights of any one step.':
    '지난 단계들의 가중치를 평균합니다. 평균한 모델은 어느 한 단계의 가중치보다 샘플이 좋습니다.',
  'other averages of the same training; they come first': '같은 학습의 다른 평균. 이것들이 먼저 옵니다',
  'for TrainingStart, or for another EMA': 'TrainingStart나 다른 EMA에 연결',
  'how d goes: grows to decay, stays, follows from a half-life in steps, or from a width that is a share of the training':
    'd가 움직이는 방법: decay까지 커짐, 그대로, 단계로 정한 반감기에서, 또는 학습에 대한 비율로 정한 너비에서',
  'd at its largest: the average reaches back about 1 / (1 - d) steps': '가장 클 때의 d. 평균은 약 1 / (1 - d) 단계를 돌아봅니다',
  'steps after which what a step gave to the average has halved': '한 단계가 평균에 준 것이 반으로 줄 때까지의 단계 수',
  'the half-life is at most this share of the steps made; 0: no limit':
    '반감기는 지나온 단계의 이 비율을 넘지 않습니다. 0이면 제한 없음',
  'width of what is averaged, as a share of the training so far': '평균하는 너비, 지금까지의 학습에 대한 비율',
  'averages on the way that are kept for PostHocEMA, at most; 0: none':
    'PostHocEMA를 위해 도중에 간직할 평균의 최대 수. 0이면 없음',
  'd at its smallest; as large as decay, d is constant': '가장 작을 때의 d. decay만큼 크면 d는 일정합니다',
  'until then the average is a copy of the weights, or keeps to min_decay (k_diffusion)':
    '그때까지 평균은 가중치의 사본이거나 min_decay에 머뭅니다(k_diffusion)',
  'd grows as 1 - (1 + k / inv_gamma)^-power; otherwise as (1 + k) / (10 + k)':
    'd가 1 - (1 + k / inv_gamma)^-power로 커집니다. 끄면 (1 + k) / (10 + k)로',
  'of the warm-up': '워밍업의 값',

  // HybridLoss
  'Teaches a model its prediction by the squared error, and its variance by the variational bound, in which the prediction counts as a constant.':
    '제곱 오차로 예측을, 변분 경계로 분산을 가르칩니다. 변분 경계에서 예측은 상수로 봅니다.',
  'from Predict, of a model with a learned variance': '분산도 배우는 모델의 Predict에서',
  'what it should have been, from Target': '예측했어야 하는 것, Target에서',
  'one number': '수 하나',
  'the squared error alone': '제곱 오차만',
  'an estimate of the whole bound, in bits/dim': '변분 경계 전체의 추정, bits/dim',
  'λ: of the bound; with 1000 timesteps 0.001 weighs each term 1':
    'λ: 변분 경계의 몫. 타임스텝이 1000개면 0.001일 때 항마다 1로 셉니다',

  // KL
  'How much worse data of one Gaussian are described by another: of Posterior from ReverseProcess it is a term of the variational bound.':
    '한 가우스 분포의 데이터를 다른 것으로 나타내면 얼마나 더 나쁜지입니다. Posterior를 ReverseProcess로 나타낸 것은 변분 경계의 한 항입니다.',
  'of the data': '데이터의 평균',
  'of each number': '수마다의 분산',
  'of the description': '나타내는 쪽의 평균',
  'the mean over all numbers': '모든 수에 걸친 평균',
  'bits: bits/dim; nats: with the natural logarithm': 'bits: bits/dim; nats: 자연로그로',

  // KLEstimate
  'How far one distribution is from another, by samples of the first: the mean of what both say of them. With samples of the data it is the forward KL, to be made small by covering them all; with samples of the model the reverse KL, by seeking where data is dense.':
    '한 분포가 다른 분포에서 얼마나 먼지, 첫째 분포의 샘플로 잽니다. 두 분포가 그 샘플에 주는 로그 밀도의 차를 평균합니다. 데이터의 샘플이면 모두 덮어야 작아지는 정방향 KL, 모델의 샘플이면 데이터가 빽빽한 곳을 찾아야 작아지는 역방향 KL입니다.',
  'from LogDensity: of the distribution that the samples are from': 'LogDensity에서: 샘플이 나온 분포의 것',
  'of the other one, at the same samples': '같은 샘플에서 다른 분포의 것',
  'in nats; by chance it may be a little below 0': 'nats로. 우연히 0보다 조금 작을 수 있습니다',

  // Loss
  'The mean error of a prediction against what it should have been, each item weighted by its timestep if asked for.':
    '예측이 되었어야 할 것과 얼마나 다른지의 평균입니다. 바라면 항목마다 타임스텝에 따라 가중치를 둡니다.',
  'for a weighting': 'weighting에 씁니다',
  'for a weighting, and for losses': 'weighting과 losses에 씁니다',
  'of the items, on top of the weighting; from ImportanceTimesteps':
    'weighting에 더해 항목에 곱할 가중치, ImportanceTimesteps에서',
  'the error of each item, before what is wired to weights multiplies it; takes t':
    'weights에 연결한 것을 곱하기 전, 항목마다의 오차. t가 필요합니다',
  'the square of the error, its size (l1), its size where it is large (huber), or almost its size (pseudo_huber)':
    '오차의 제곱, 크기(l1), 큰 곳에서만 크기(huber), 또는 거의 크기(pseudo_huber)',
  'where the line begins': '직선이 시작하는 곳',
  'about where the line begins': '직선이 시작하는 곳 언저리',
  'of the items, by the signal-to-noise ratio at their t. uniform: every error counts 1, whatever is predicted; the others weigh errors of x_0, and what is predicted accordingly: min_snr, soft_min_snr; snr: errors of epsilon count 1; snr_plus_1: those of v; truncated_snr; p2; edm, which is snr plus a constant; sigma_sqrt: those of a flow; cosmap':
    't에서의 신호 대 잡음비에 따른 항목의 가중치. uniform: 무엇을 예측하든 오차마다 1로 셈; 나머지는 x_0의 오차에 가중치를 두고, 예측하는 것에 맞추어 옮김: min_snr, soft_min_snr; snr: epsilon의 오차를 1로 셈; snr_plus_1: v의 오차를; truncated_snr; p2; edm, snr에 상수를 더한 것; sigma_sqrt: flow의 오차를; cosmap',
  'the largest signal-to-noise ratio that counts': '세는 신호 대 잡음비의 최댓값',
  'the deviation of the data': '데이터의 표준 편차',
  'how strongly small noise counts less': '작은 노이즈를 얼마나 덜 세는지',
  'added to the signal-to-noise ratio': '신호 대 잡음비에 더하는 값',

  // Optimizer
  'How weights follow their gradients: one of eight optimizers, with warm-up, a learning rate that falls, and clipping.':
    '가중치가 기울기를 따르는 방법입니다. 여덟 옵티마이저 가운데 하나에 워밍업, 낮아지는 학습률, 클리핑이 있습니다.',
  'for TrainingStart': 'TrainingStart에 연결',
  'adamw takes weight decay off the weights, the others add it to the gradient':
    'adamw는 weight decay를 가중치에서 빼고, 나머지는 기울기에 더합니다',
  'learning rate after the warm-up': '워밍업 뒤의 학습률',
  'after the warm-up: linear to polynomial have come down at the last step, the others do not ask how many there will be':
    '워밍업 뒤: linear부터 polynomial까지는 마지막 단계에 다 내려와 있고, 나머지는 단계가 몇인지 묻지 않습니다',
  'how often it falls to 0': '0으로 내려가는 횟수',
  'polynomial: above 1, steep at first; inverse: of (1 + step / inv_gamma)^-power':
    'polynomial: 1보다 크면 처음에 가파름; inverse: (1 + step / inv_gamma)^-power의 지수',
  'learning rate of the last step': '마지막 단계의 학습률',
  'factors of lr, each but the last with the step it ends at': 'lr에 곱할 값들. 마지막 것 말고는 끝나는 단계와 함께',
  'it stays until then, and falls as 1 / sqrt(step / ref_steps): EDM2':
    '그때까지 그대로이다가 1 / sqrt(step / ref_steps)로 낮아집니다(EDM2)',
  'steps until it is lr / 2^power': 'lr / 2^power이 될 때까지의 단계 수',
  'share that is left after num_steps': 'num_steps 뒤에 남는 비율',
  'steps in which it falls so far': '그만큼 낮아지는 데 걸리는 단계 수',
  'it falls no further': '더 낮아지지 않는 값',
  'steps over which the learning rate grows from 0': '학습률이 0에서 커지는 단계 수',
  'a warm-up of another form: 1 - warmup^(step + 1)': '다른 모양의 워밍업: 1 - warmup^(step + 1)',
  'memory of the gradient': '기울기를 기억하는 정도',
  'memory of its square': '기울기의 제곱을 기억하는 정도',
  'divide by the largest average of the square so far': '지금까지 제곱의 가장 큰 평균으로 나눕니다',
  'how fast beta1 grows from half to its value': 'beta1이 반에서 제 값까지 커지는 빠르기',
  'memory of the square': '제곱을 기억하는 정도',
  'share of the last step that goes on; 0: none': '앞 단계에서 이어 가는 몫. 0이면 없음',
  'look ahead along the momentum': '모멘텀을 따라 앞을 내다봅니다',
  'keeps a vanishing gradient from a step without limit': '기울기가 사라질 때 단계가 끝없이 커지지 않게 합니다',
  'pull of the weights towards 0': '가중치를 0으로 당기는 힘',
  'largest norm of the whole gradient; 0: no limit': '기울기 전체의 최대 노름. 0이면 제한 없음',

  // PostHocEMA
  'An average of any width, chosen after the training: a sum of the averages that its power-function EMAs kept on the way.':
    '너비를 학습이 끝난 뒤에 고르는 평균입니다. 거듭제곱 함수 EMA가 도중에 간직한 평균들을 더해 만듭니다.',
  'with averages of the kind power_function: best two, one narrow and one wide':
    'power_function 평균이 있는 학습: 좁은 것과 넓은 것 둘이 가장 좋습니다',
  'how far the average is from the one asked for: 0 the same, 1 nothing of it':
    '바란 평균에서 얼마나 먼지: 0이면 같고, 1이면 전혀 아님',
  'width of what is averaged, as a share of the training': '평균하는 너비, 학습에 대한 비율',
  'which step of the optimizer the average ends at; 0: the last one': '평균이 끝나는 옵티마이저 단계. 0이면 마지막',

  // TrainingEnd
  'Ends training: takes the loss of each step and gives the trained model.':
    '학습을 끝맺습니다. 단계마다 손실을 받고, 학습한 모델을 줍니다.',
  'to be made small': '작게 만들 것',
  'of each item, to be recorded for the next steps; they are waited for in every step':
    '항목마다의 손실, 다음 단계를 위해 기록합니다. 단계마다 다 나올 때까지 기다립니다',
  'with the weights of the last step': '마지막 단계의 가중치로',
  'with the averaged weights, of several the first; without EMA, those of the last step':
    '평균한 가중치로, 여럿이면 첫째 것. EMA가 없으면 마지막 단계의 가중치로',
  'the loss of every step': '단계마다의 손실',
  'all that it takes to go on later, for SaveCheckpoint; with all averages, for AveragedModel and PostHocEMA':
    '나중에 이어 학습하는 데 필요한 모든 것, SaveCheckpoint에 연결. AveragedModel과 PostHocEMA를 위한 모든 평균도',
  'steps between two glances at the model while it trains, the first ones sooner; 0: none':
    '학습하는 모델을 들여다보는 사이의 단계 수. 처음에는 더 자주. 0이면 보지 않음',

  // TrainingStart
  'Begins training: gives a batch of the data and the model as far as it has learned, at every step.':
    '학습을 시작합니다. 단계마다 데이터 한 배치와 거기까지 배운 모델을 줍니다.',
  'to be trained; it stays as it is, the zone trains a copy': '학습할 모델. 그대로 두고 사본을 학습합니다',
  'what to learn from': '배울 데이터',
  'how weights follow gradients': '가중치가 기울기를 따르는 방법',
  'averages the weights over the steps; several may be chained': '단계에 걸쳐 가중치를 평균합니다. 여럿을 이을 수 있습니다',
  'to go on with, from LoadCheckpoint; its weights take the place of those of the model':
    '이어 갈 학습, LoadCheckpoint에서. 모델의 가중치 대신 그 가중치를 씁니다',
  'a batch of clean data': '깨끗한 데이터 한 배치',
  'the classes of the batch, if the data has them': '배치의 클래스, 데이터에 있으면',
  'as it is at this step; what the loss has to depend on': '이 단계에서의 모델. 손실은 이것에 달려 있어야 합니다',
  'steps made before this one': '이 단계에 앞선 단계 수',
  'the last losses of each timestep, for ImportanceTimesteps; empty unless losses are wired to TrainingEnd':
    '타임스텝마다 지난 손실, ImportanceTimesteps에 연결. TrainingEnd에 losses를 연결하지 않으면 비어 있습니다',
  'training steps in all, each of one batch': '학습 단계의 수, 단계마다 한 배치',
  'examples a step': '단계마다의 예시 수',
  'steps whose gradients are averaged before the weights move: larger batches in the same memory':
    '기울기를 평균해 가중치를 한 번 움직이는 단계 수. 같은 메모리로 더 큰 배치가 됩니다',
  'a new order every epoch; each example comes once in it': '에폭마다 새 순서. 한 에폭에 예시는 저마다 한 번씩 나옵니다',
  'leave out the last batch of an epoch if it is not full': '다 차지 않은 에폭의 마지막 배치를 뺍니다',
  'how a UNet keeps what its layers gave until the gradient has passed. float16 takes about half the memory, on webgpu; elsewhere it is float32 all the same. All is computed in float32, and weights, gradients and the loss stay so':
    'UNet이 층에서 나온 값을 기울기가 지나갈 때까지 간직하는 방법. float16은 webgpu에서 메모리를 반쯤 쓰고, 다른 곳에서는 그래도 float32입니다. 계산은 모두 float32이고 가중치, 기울기, 손실도 그렇습니다',
  'keep only what goes into each block of a UNet, and compute the block again on the way back: less memory, a step takes about a third longer, and not a bit of the training changes (Chen et al. 2016)':
    'UNet의 블록마다 들어가는 것만 간직하고, 되돌아올 때 블록을 다시 계산합니다. 메모리가 줄고 한 단계가 3분의 1쯤 길어지며, 학습은 한 비트도 달라지지 않습니다(Chen et al. 2016)',
  'equal seeds give the examples in equal order': '시드가 같으면 예시가 같은 순서로 나옵니다',

  // VLBLoss
  'The term of the variational bound at t: how far the step back of the model is from that of the posterior, and at t = 0 how unlikely the data are to it. In bits/dim.':
    't에서 변분 경계의 항입니다. 모델이 한 단계 돌아가는 것이 사후 분포에서 얼마나 먼지이고, t = 0에서는 데이터가 그것에 얼마나 있을 법하지 않은지입니다. bits/dim으로 잽니다.',
  'of the items, for the loss; from ImportanceTimesteps': '손실에서 항목의 가중치, ImportanceTimesteps에서',
  'T times the mean term: an estimate of the whole bound, where t is drawn evenly':
    '항의 평균에 T를 곱한 것: t를 고르게 뽑으면 변분 경계 전체의 추정입니다',
  'the mean term, in bits/dim': '항의 평균, bits/dim',
  'the term of each item, before weights': '가중치를 곱하기 전 항목마다의 항',
  'of the step back: fixed_small that of the posterior, fixed_large beta, learned what the model says, if it was made to':
    '한 단계 돌아가는 분산: fixed_small은 사후 분포의 분산, fixed_large는 beta, learned는 모델이 분산도 말하게 만들어졌을 때 그 값',
}
