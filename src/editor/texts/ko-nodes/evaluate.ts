// 분류 evaluate(평가)의 노드가 자신에 대해 하는 말.
export const evaluate = {
  // Accuracy
  'How often a classifier finds the class that it should: of real pictures it judges the classifier, of samples the sampler.':
    '분류기가 맞는 클래스를 찾는 비율입니다. 진짜 이미지로는 분류기를, 샘플로는 샘플러를 평가합니다.',
  'from Classify': 'Classify에서',
  'the true classes, or those asked for; -1 does not count': '정답 클래스, 또는 바란 클래스. -1은 세지 않음',
  'the share of right answers, 0 to 1': '맞힌 비율, 0~1',

  // BandPower
  'How much of pictures is coarse, middling and fine structure. Charted over a loop, of x_t and of the predicted x_0: noise drowns fine structure first, and sampling brings it back last.':
    '이미지에서 거친 구조, 중간 구조, 고운 구조가 얼마나 되는지입니다. 반복에서 x_t와 예측한 x_0의 것을 그려 보면, 노이즈는 고운 구조를 먼저 덮고 샘플링은 그것을 마지막에 되살립니다.',
  pictures: '이미지',
  'mean power of the coarse structure; of white noise, its variance': '거친 구조의 평균 파워. 백색 노이즈라면 그 분산',
  'of what lies between': '그 사이의 것',
  'of the fine structure': '고운 구조의 것',
  'where the low band ends: a share of the highest frequency along an axis': '낮은 대역의 끝: 축 방향 최고 주파수에 대한 비율',
  'where the high band begins': '높은 대역의 시작',

  // BitsPerDim
  'How unlikely data are to a model: negative log-likelihood in bits for each number, by the variational bound or along the ODE. Open it to see the terms while they come.':
    '데이터가 모델에게 얼마나 있을 법하지 않은지입니다. 수마다 비트로 잰 음의 로그 가능도를 변분 경계나 ODE로 구합니다. 열어 보면 항이 나오는 것이 보입니다.',
  'clean data that it has not learned from': '모델이 배우지 않은 깨끗한 데이터',
  'the mean over the items; by the bound: at most so much': '항목에 걸친 평균. 변분 경계로는 많아야 이만큼',
  'the part of the noise at the end': '끝에 남은 노이즈의 몫',
  'what each step adds, by t, for Chart; of the bound the KL of each step, and at t = 0 how unlikely the data are to the last':
    't에 따라 단계마다 더하는 것, Chart에 연결. 변분 경계에서는 단계마다의 KL, t = 0에서는 데이터가 마지막 단계에 얼마나 있을 법하지 않은지',
  'vlb: the variational bound, over all timesteps; ode: the density along the ODE, for any schedule':
    'vlb: 변분 경계, 모든 타임스텝에 걸쳐; ode: ODE를 따라 구한 밀도, 어느 스케줄이든',
  'of the step back: fixed_small, fixed_large, or learned: what the model says, if it was made to':
    '한 단계 돌아가는 분산: fixed_small, fixed_large, 또는 learned는 모델이 분산도 말하게 만들어졌을 때 그 값',
  'how many steps, of two evaluations each': '단계의 수, 단계마다 평가 두 번',
  'hold the predicted x_0 in [-1, 1]; auto: for images only, which alone are known to be':
    '예측한 x_0을 [-1, 1] 안에 둡니다. auto: 이미지만, 그 범위라고 아는 것은 이미지뿐이라',
  'items at a time, one batch after the other, if all at once take too much memory; 0: all':
    '한 번에 계산할 항목 수. 모두 함께 하면 메모리가 모자랄 때 나누어 합니다. 0이면 모두',
  'of the noise, drawn afresh in each step': '노이즈의 시드, 단계마다 새로 뽑습니다',

  // Classifier
  'A new network that says which class a picture is of: trained on real pictures, it judges generated ones.':
    '이미지가 어느 클래스인지 말하는 새 신경망입니다. 진짜 이미지로 학습해 만들어 낸 이미지를 평가합니다.',
  'gives size, channels and classes of the pictures': '이미지의 크기, 채널, 클래스를 가져옵니다',
  'untrained; for Classify, and for TrainingStart': '학습하지 않은 모델. Classify와 TrainingStart에 연결',
  'how many classes it tells apart': '구별할 클래스의 수',
  'height and width of the pictures, in pixels': '이미지의 높이와 너비, 픽셀로',
  'of the pictures: 1 grey, 3 colours': '이미지의 채널: 1은 회색조, 3은 색',
  'width of each level, with commas between; each has half the resolution of the one before':
    '수준마다의 너비, 쉼표로 구분. 수준마다 해상도가 앞의 반입니다',
  'groups of channels that are normalised together': '함께 정규화하는 채널 그룹의 수',
  'after each normalisation': '정규화 뒤마다',
  'for noised pictures: it is told their t, and can guide a sampler':
    '노이즈 낀 이미지용: t를 알려 주며, 샘플러를 이끌 수 있습니다',

  // Classify
  'Asks a classifier which class each picture is of.': '이미지마다 어느 클래스인지 분류기에게 묻습니다.',
  'a Classifier; in training, the each model of TrainingStart': 'Classifier. 학습할 때는 TrainingStart가 회마다 주는 model',
  'pictures; clean ones, unless the classifier was made for noised ones':
    '이미지. 노이즈 낀 것을 위해 만든 분류기가 아니면 깨끗한 것',
  'of noised pictures': '노이즈 낀 이미지의 타임스텝',
  'for each class, how much speaks for it': '클래스마다 그것을 뒷받침하는 정도',
  'what the last layer sees of each picture, [b, features]': '이미지마다 마지막 층이 보는 것, [b, features]',

  // CrossEntropy
  'How surprised a classifier is by the true classes, on average: the loss that trains it.':
    '정답 클래스에 분류기가 얼마나 놀라는지의 평균입니다. 분류기를 학습하는 손실입니다.',
  'the true classes; -1 does not count': '정답 클래스. -1은 세지 않음',
  'one number; log(classes) for a guess': '수 하나. 무작위로 찍으면 log(classes)',

  // Distances
  'How far several sets of samples are from one, each by its name: item by item, as of samplers that began with the same noise and should end at the same place, or as distributions.':
    '여러 샘플 모음이 한 기준에서 얼마나 먼지, 이름마다 보여 줍니다. 같은 노이즈에서 시작해 같은 곳에 이르러야 할 샘플러들을 항목마다 견주거나, 분포로 견줍니다.',
  'where they should be': '있어야 할 곳',
  'rms: the root of the mean squared difference to the item of the same number; sliced_wasserstein: how far points of the plane have to be moved to be spread alike, whichever is which':
    'rms: 번호가 같은 항목과의 차이를 제곱해 평균한 것의 제곱근; sliced_wasserstein: 점의 짝과 상관없이, 같은 모양으로 퍼지게 하려면 평면의 점을 얼마나 옮겨야 하는지',

  // FrechetDistance
  'How far samples are from real data as distributions: by means and covariances of their features, as FID does it.':
    '샘플이 진짜 데이터에서 분포로서 얼마나 먼지, FID처럼 특징의 평균과 공분산으로 잽니다.',
  'what is judged; some hundred, or chance decides': '평가할 것. 몇백 개는 되어야 우연에 휘둘리지 않습니다',
  'real data, to which they should be alike': '닮아야 할 진짜 데이터',
  'a trained Classifier, whose features are compared; unwired: principal components':
    '특징을 견줄, 학습한 Classifier. 연결하지 않으면 주성분',
  'how many principal components of the reference are compared': '견줄 기준 데이터의 주성분 수',
  'items on each side, at most; of a larger data set, evenly spaced ones':
    '양쪽에서 쓸 항목 수의 한도. 더 큰 데이터 세트에서는 고른 간격으로 고릅니다',

  // KernelDistance
  'How far samples are from real data as distributions, by all pairs of features, as KID does it: without bias, so few items already tell something. It sees moments up to the third alone.':
    '샘플이 진짜 데이터에서 분포로서 얼마나 먼지, KID처럼 특징의 모든 짝으로 잽니다. 치우침이 없어 항목이 적어도 뜻이 있습니다. 3차 모멘트까지만 봅니다.',
  'items compared at once; the mean over such parts is shown, and how sure it is':
    '한 번에 견줄 항목 수. 그런 묶음들의 평균과, 얼마나 확실한지를 보입니다',

  // LikelihoodEnd
  'Ends the count: adds up what each step says, and what the noise at the end costs. Negative log-likelihood in bits for each number of the data.':
    '셈을 끝맺습니다. 단계마다 말한 것과 끝에 남은 노이즈의 값을 더합니다. 데이터의 수마다 비트로 잰 음의 로그 가능도입니다.',
  'the term of VLBLoss, or the bits of LikelihoodStep': 'VLBLoss의 term, 또는 LikelihoodStep의 bits',
  'from LikelihoodStep; unwired: a variational bound': 'LikelihoodStep에서. 연결하지 않으면 변분 경계',
  '-log p of the data, the mean over the batch; of the bound: at most so much':
    '데이터의 -log p, 배치에 걸친 평균. 변분 경계에서는 많아야 이만큼',
  'the part of the noise': '노이즈의 몫',
  'what each step said, by t': 't에 따라 단계마다 말한 것',
  'the noise that the ODE made of the data': 'ODE가 데이터로 만든 노이즈',
  'of data from Dequantize: its levels, so that a density counts as the probability of a level; 0: none, the density as it is':
    'Dequantize를 거친 데이터의 levels, 곧 칸의 수. 밀도를 칸의 확률로 세게 됩니다. 0이면 밀도 그대로',

  // LikelihoodStart
  'Begins to count how unlikely data are: goes over all timesteps, for the terms of the variational bound, or upward along the ODE.':
    '데이터가 얼마나 있을 법하지 않은지 셈을 시작합니다. 모든 타임스텝을 돌며 변분 경계의 항을 세거나, ODE를 따라 올라갑니다.',
  'of the ODE: upward, from FlipTimesteps; unwired: all there are, for the bound':
    'ODE의 타임스텝: FlipTimesteps로 뒤집은 올라가는 목록. 연결하지 않으면 변분 경계를 위해 있는 모두',
  'the clean data, the same at each t: noise it for the bound':
    '깨끗한 데이터, 어느 t에서나 같음. 변분 경계에는 노이즈를 더하세요',
  'as far as it has come along the ODE': 'ODE를 따라 거기까지 온 것',
  'where it is': '그것이 있는 곳',
  'of the items of x_0, if one is wired': 'x_0의 항목의 조건, 연결했을 때',

  // LikelihoodStep
  'Makes one step along the ODE as Heun does, and estimates how the density changes on it: two evaluations and their gradients a step.':
    'ODE를 따라 Heun처럼 한 단계 가며, 그 사이 밀도의 변화를 추정합니다. 단계마다 평가 두 번과 그 기울기입니다.',
  'where the step leads: upward, for a likelihood': '이 단계가 이르는 곳: 가능도를 구할 때는 위로',
  'what the step adds to -log p of the data, in bits/dim: the mean over the batch':
    '이 단계가 데이터의 -log p에 더하는 것, bits/dim: 배치에 걸친 평균',
  'of z, -1 or 1 for each number, drawn afresh in each step': 'z의 시드. 수마다 -1이나 1을 단계마다 새로 뽑습니다',

  // LogDensity
  'The mean logarithm of the density that a model gives to points, in closed form: of ExactModel its mixture, of Gaussian its Gaussian, each noised up to t. Gradients reach the points and the model.':
    '모델이 점에 주는 밀도의 로그를 닫힌 식으로 구한 평균입니다. ExactModel이면 그 혼합, Gaussian이면 그 가우스 분포에 t까지 노이즈를 더한 것입니다. 기울기는 점과 모델에 이릅니다.',
  'ExactModel or Gaussian': 'ExactModel이나 Gaussian',
  'how much noise the density is of; unwired: none, clean data': '어느 노이즈에서의 밀도인지. 연결하지 않으면 깨끗한 데이터',
  'the mean over the points, in nats': '점에 걸친 평균, nats로',

  // ModeCoverage
  'How many modes of the data samples have found (each class of the reference is one), and how many samples lie near one: between modes is nothing real.':
    '샘플이 데이터의 모드를 몇 개나 찾았는지(기준의 클래스마다 하나), 그리고 샘플 몇이 모드 가까이에 있는지입니다. 모드 사이에는 진짜가 없습니다.',
  'what is judged': '평가할 것',
  'real data with labels, such as eight_gaussians of Points': '레이블이 있는 진짜 데이터, Points의 eight_gaussians 같은 것',

  // NearestNeighbours
  'Finds for each sample the most similar item of a data set: a distance far below that of real data kept aside means that the model repeats what it has seen.':
    '샘플마다 데이터 세트에서 가장 비슷한 항목을 찾습니다. 따로 둔 진짜 데이터보다 거리가 훨씬 작으면 모델이 본 것을 되풀이하는 것입니다.',
  'what the model has learned from': '모델이 배운 데이터',
  'for each sample its nearest item, the first of equals': '샘플마다 가장 가까운 항목, 같으면 앞의 것',
  'Euclidean, of all numbers of an item together (pixels from -1 to 1); the mean over the samples':
    '유클리드 거리, 한 항목의 모든 수를 합쳐(픽셀은 -1~1). 샘플에 걸친 평균',

  // PrecisionRecall
  'Tells two faults apart that a distance adds up: samples that look like nothing real (precision, density), and real things that no sample shows (recall, coverage).':
    '거리 하나에 합쳐지는 두 결함을 나누어 봅니다. 진짜와 닮지 않은 샘플(precision, density)과, 샘플에 나오지 않는 진짜(recall, coverage)입니다.',
  'each item stands for a ball that reaches to its k-th neighbour': '항목마다 k째 이웃에 닿는 공 하나로 봅니다',

  // SlicedWasserstein
  'How far points of the plane have to be moved, on average over directions, to be spread as real ones are; beside it how far two halves of the real ones are apart.':
    '평면의 점을 진짜처럼 퍼지게 하려면 방향들에 걸쳐 평균 얼마나 옮겨야 하는지입니다. 진짜를 둘로 나눈 반끼리의 거리도 함께 보입니다.',
  'points [n, 2] that are judged': '평가할 점 [n, 2]',
  'real points': '진짜 점',
  'how many projections, one in each of as many equal sectors': '사영의 수, 같은 크기로 나눈 부채꼴마다 하나',
  'points on each side, at most': '양쪽에서 쓸 점 수의 한도',
  'of the directions': '방향의 시드',
}
