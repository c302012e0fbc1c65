// 분류 view(보기)의 노드가 자신에 대해 하는 말.
export const view = {
  // Chart
  'Draws numbers as lines: the loss of every step, a distance at every t. Lines of earlier runs stay behind.':
    '수를 선으로 그립니다. 단계마다의 손실, t마다의 거리 같은 것입니다. 지난 실행의 선은 뒤에 남습니다.',
  'a line: one number at every iteration, or a whole history, over t where it has one':
    '선 하나: 회마다 수 하나, 또는 기록 전체. t가 있으면 t에 대해 그립니다',
  'where each value belongs; unwired: the iteration': '값마다의 가로 자리. 연결하지 않으면 몇째 회인지',
  'above the chart': '그래프의 제목',
  'of the lines, with commas between': '선의 이름, 쉼표로 구분',
  'logarithmic height': '세로축을 로그로',
  'how many earlier runs stay': '남겨 둘 지난 실행의 수',

  // Compare
  'Holds two values against each other: their statistics, and for points how far apart the two distributions are.':
    '두 값을 나란히 견줍니다. 통계를 보이고, 점이면 두 분포가 얼마나 먼지도 보입니다.',
  one: '하나',
  'the other': '다른 하나',

  // FilmStrip
  'Shows how images, or points of the plane, came out of the noise: drag over it to go through time.':
    '노이즈에서 이미지나 평면의 점이 나온 과정을 보여 줍니다. 위에서 끌면 시간을 오갑니다.',
  'of images or points of the plane, from SamplingEnd or Sampler': '이미지나 평면의 점의 궤적, SamplingEnd나 Sampler에서',
  'the first so many images, with very many of them fewer frames are shown; of points all are':
    '앞에서부터 이 수의 이미지. 아주 많으면 장면 수를 줄입니다. 점은 모두 보입니다',
  '0: so that the images are as large as can be': '0이면 이미지가 가장 커지게',
  'data: -1 is black, 1 is white, what is beyond is clipped; auto: from the least value to the greatest of all':
    'data: -1은 검정, 1은 하양, 넘는 것은 자름; auto: 전체의 가장 작은 값부터 가장 큰 값까지',

  // Inspect
  'Shows any value in numbers: its shape, mean, standard deviation, smallest and largest, how many are NaN, and a histogram.':
    '어떤 값이든 수로 보여 줍니다. 모양, 평균, 표준 편차, 최솟값과 최댓값, NaN의 수, 히스토그램입니다.',
  'what to look at': '들여다볼 것',

  // LossByTimestep
  'Draws the loss by timestep while a model is trained: the mean over the last items, in bins that hold equally many. A mean over all t hides that small t are hard and large ones easy.':
    '학습하는 동안 타임스텝에 따른 손실을 그립니다. 같은 수씩 담은 구간마다 지난 항목들의 평균입니다. 모든 t의 평균에서는 작은 t가 어렵고 큰 t가 쉽다는 것이 보이지 않습니다.',
  'a line: from Loss, with t wired to it': '선 하나: t를 연결한 Loss에서',
  'places along t': 't를 나누는 자리의 수',
  'items in the mean: the fewer, the more it follows and the more chance is in it':
    '평균에 드는 항목 수. 적을수록 빨리 따라가고 더 흔들립니다',
  'the logarithm of t along the axis, for time that is σ': '가로축을 t의 로그로, 시간이 σ일 때',

  // Numbers
  'Shows single numbers by name, one under the other: bits/dim of several models, accuracies, distances.':
    '수를 이름과 함께 한 줄에 하나씩 보여 줍니다. 여러 모델의 bits/dim, 정확도, 거리 같은 것입니다.',

  // Preview
  'Shows images; inside a sampling loop it shows how they come out of the noise, x_t beside the predicted x_0.':
    '이미지를 보여 줍니다. 샘플링 반복 안에서는 노이즈에서 나오는 과정을, x_t와 예측한 x_0을 나란히 보여 줍니다.',
  'a grid of its own; from ConvertPrediction the predicted x_0': '격자 하나. ConvertPrediction에서 오면 예측한 x_0',
  'to be written below each image; a data set has its own': '이미지마다 아래에 적을 것. 데이터 세트에는 제 것이 있습니다',
  'of the grids, with commas between': '격자의 이름, 쉼표로 구분',
  'so many images: the first; of a data set, evenly spread ones': '이미지 수: 앞에서부터, 데이터 세트에서는 고르게 골라',
  'of each grid; 0: so that the images are as large as can be': '격자마다의 열 수. 0이면 이미지가 가장 커지게',

  // DenoisingPreview
  'Shows x_t beside the x_0 that is predicted from it, while a loop samples or trains: images in grids of one scale, points with lines to where they are sent.':
    '반복이 샘플링하거나 학습하는 동안, x_t와 그로부터 예측한 x_0을 나란히 보여 줍니다. 이미지는 같은 크기의 격자로, 점은 향하는 곳까지의 선과 함께 보입니다.',
  'what the model was asked about': '모델에게 물은 것',
  'what it said, of any kind': '모델의 답, 어떤 종류든',
  'the clean data that x_t came from, where a training knows it': 'x_t의 바탕이 된 깨끗한 데이터, 학습에서처럼 알 수 있을 때',
  'so many images, the first': '이미지 수, 앞에서부터',
  'of a model that works on patches, as SpaceToDepth makes them: the side of a square, in pixels':
    'SpaceToDepth처럼 조각으로 일하는 모델에서, 정사각형 한 변의 픽셀 수',
  'of points: the picture reaches from -extent to extent; 0: as far as there are points':
    '점일 때, 그림은 -extent에서 extent까지. 0이면 점이 있는 데까지',

  // Scatter
  'Draws points of the plane: clouds over each other, paths of a trajectory, arrows of a prediction, ellipses of a variance.':
    '평면의 점을 그립니다. 겹쳐 놓은 점구름, 궤적의 길, 예측의 화살표, 분산의 타원입니다.',
  'a cloud; the first is drawn at the back': '점구름 하나. 첫째 것을 맨 뒤에 그립니다',
  'the way of each point: drag over the picture to go through its time': '점마다 지나온 길. 그림 위에서 끌면 시간을 오갑니다',
  'where arrows begin, from Grid': '화살표가 시작하는 곳, Grid에서',
  'the arrows, of the same shape as field_at': '화살표, field_at과 같은 모양',
  'centres of ellipses': '타원의 중심',
  'of each coordinate: the ellipses are one standard deviation wide': '좌표마다의 분산: 타원의 너비는 표준 편차 하나',
  'of the clouds, with commas between': '점구름의 이름, 쉼표로 구분',
  'the picture reaches from -extent to extent; 0: as far as there are points':
    '그림은 -extent에서 extent까지. 0이면 점이 있는 데까지',
  'what arrows are multiplied by; 0: so that the longest is as long as the grid is wide':
    '화살표에 곱하는 값. 0이면 가장 긴 것이 격자 너비만큼',
  'turn arrows of a prediction round, from the noise to the data: the direction of denoising':
    '예측의 화살표를 노이즈에서 데이터 쪽으로 뒤집습니다. 노이즈를 걷어 내는 방향입니다',

  // ScheduleChart
  'Draws schedules as lines on one axis, from data to noise: how much signal is left, or how much noise there is beside it. What a model sees of each level follows from the slope.':
    '스케줄을 데이터에서 노이즈까지 한 축 위에 선으로 그립니다. 신호가 얼마나 남았는지, 그 옆에 노이즈가 얼마나 있는지입니다. 모델이 수준마다 무엇을 보는지는 기울기에서 나옵니다.',
  'a line': '선 하나',
  'marked on the axis, by the first schedule': '축에 표시할 것, 첫째 스케줄의 t로',
  'alpha_bar: share of the variance that is signal; log_snr: logarithm of signal to noise, the natural axis; sigma: noise beside the signal, sigma / alpha; snr: the ratio of variances':
    'alpha_bar: 분산에서 신호의 몫; log_snr: 신호 대 잡음비의 로그, 자연스러운 축; sigma: 신호에 견준 노이즈, sigma / alpha; snr: 분산의 비',

  // Spectrum
  'Draws the radial power spectrum of images, or of the density of points: noise is flat, structure falls with frequency.':
    '이미지나 점의 밀도의 방사 방향 파워 스펙트럼을 그립니다. 노이즈는 평평하고, 구조는 주파수가 높을수록 줄어듭니다.',
  'of the height; fixed, lines can be compared while a loop goes on':
    '세로축의 범위. fixed로 두면 반복이 도는 동안 선을 견줄 수 있습니다',
  'fixed: the lowest power': 'fixed: 가장 낮은 파워',
  'fixed: the highest power': 'fixed: 가장 높은 파워',
  'points: the density is counted from -extent to extent': '점: 밀도를 -extent에서 extent까지 셉니다',
}
