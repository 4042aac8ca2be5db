const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Public names of dask.array 2022.12 by group, and of its Array class: what the page of names is made of. */
export const daskArrayNames: Readonly<Record<string, readonly string[]>> = {
  da: list(
    `
      abs absolute add all allclose angle any append apply_along_axis apply_gufunc apply_over_axes arange arccos arccosh
      arcsin arcsinh arctan arctan2 arctanh argmax argmin argtopk argwhere around array as_gufunc asanyarray asarray
      atleast_1d atleast_2d atleast_3d average bincount bitwise_and bitwise_not bitwise_or bitwise_xor block blockwise
      broadcast_arrays broadcast_to cbrt ceil choose clip coarsen compress concatenate conj copysign corrcoef cos cosh
      count_nonzero cov cumprod cumsum deg2rad degrees delete diag diagonal diff digitize divide divmod dot dstack
      ediff1d einsum empty empty_like equal exp exp2 expand_dims expm1 extract eye fabs fix flatnonzero flip fliplr
      flipud float_power floor floor_divide fmax fmin fmod frexp from_array from_delayed from_npy_stack from_zarr
      fromfunction frompyfunc full full_like gradient greater greater_equal histogram histogram2d histogramdd hstack
      hypot i0 imag indices insert invert isclose iscomplex isfinite isin isinf isnan isneginf isnull isposinf isreal
      ldexp left_shift less less_equal linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not
      logical_or logical_xor map_blocks map_overlap matmul max maximum mean median meshgrid min minimum mod modf moment
      moveaxis multiply nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanprod
      nanstd nansum nanvar ndim negative nextafter nonzero not_equal notnull ones ones_like outer pad percentile
      piecewise positive power prod ptp rad2deg radians ravel ravel_multi_index real rechunk reciprocal reduction
      remainder repeat reshape result_type right_shift rint roll rollaxis rot90 round searchsorted select shape sign
      signbit sin sinc sinh spacing sqrt square squeeze stack std store subtract sum swapaxes take tan tanh tensordot
      tile to_hdf5 to_npy_stack to_zarr topk trace transpose tri tril tril_indices tril_indices_from triu triu_indices
      triu_indices_from true_divide trunc unify_chunks union1d unique unravel_index var vdot vstack where zeros
      zeros_like`,
  ),
  linalg: list(
    `
      cholesky inv lstsq lu norm qr sfqr solve solve_triangular svd svd_compressed tsqr compression_level
      compression_matrix`,
  ),
  fft: list(
    `
      fft fft2 fftfreq fftn fftshift hfft ifft ifft2 ifftn ifftshift ihfft irfft irfft2 irfftn rfft rfft2 rfftfreq rfftn
      fft_wrap`,
  ),
  overlap: list(
    `
      overlap map_overlap trim_internal trim_overlap`,
  ),
  stats: list(
    `
      ttest_ind ttest_1samp ttest_rel chisquare power_divergence skew skewtest kurtosis kurtosistest normaltest f_oneway
      moment`,
  ),
  ma: list(
    `
      average count empty_like filled fix_invalid getdata getmaskarray masked_array masked_equal masked_greater
      masked_greater_equal masked_inside masked_invalid masked_less masked_less_equal masked_not_equal masked_outside
      masked_values masked_where nonzero ones_like set_fill_value where zeros_like`,
  ),
  random: list(
    `
      beta binomial chisquare choice exponential f gamma geometric gumbel hypergeometric laplace logistic lognormal
      logseries multinomial negative_binomial noncentral_chisquare noncentral_f normal pareto permutation poisson power
      randint random random_integers random_sample rayleigh seed standard_cauchy standard_exponential standard_gamma
      standard_normal standard_t tomaxint triangular uniform vonmises wald weibull zipf`,
  ),
  Array: list(
    `
      A T all any argmax argmin argtopk astype blocks choose chunks chunksize clip compute compute_chunk_sizes conj copy
      cumprod cumsum dask dot dtype flatten imag itemsize map_blocks map_overlap max mean min moment name nbytes ndim
      nonzero npartitions numblocks partitions persist prod ravel real rechunk repeat reshape round shape size squeeze
      std store sum swapaxes to_dask_dataframe to_delayed to_hdf5 to_svg to_tiledb to_zarr topk trace transpose var view
      vindex visualize`,
  ),
};
