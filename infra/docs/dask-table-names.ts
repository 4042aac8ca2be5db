const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Public names of dask.dataframe 2022.12 by group, and of its classes: what the page of names is made of. */
export const daskTableNames: Readonly<Record<string, readonly string[]>> = {
  dd: list(
    `
      Aggregation concat from_array from_dask_array from_delayed from_dict from_map from_pandas get_dummies isna
      map_partitions melt merge merge_asof pivot_table read_csv read_fwf read_hdf read_json read_orc
      read_parquet read_sql read_sql_query read_sql_table read_table repartition to_bag to_csv to_datetime
      to_hdf to_json to_numeric to_orc to_parquet to_records to_sql to_timedelta`,
  ),
  DataFrame: list(
    `
      abs add add_prefix add_suffix align all any append apply applymap assign astype attrs axes bfill
      categorize clear_divisions clip clip_lower clip_upper columns combine combine_first compute
      compute_current_divisions copy corr count cov cummax cummin cumprod cumsum describe diff div divide
      divisions dot drop drop_duplicates dropna dtypes empty eq eval explode ffill fillna first floordiv
      from_dict ge get_dtype_counts get_ftype_counts get_partition groupby gt head idxmax idxmin iloc index info
      isin isna isnull items iterrows itertuples join known_divisions kurtosis last le loc lt map_overlap
      map_partitions mask max mean median median_approximate melt memory_usage memory_usage_per_partition merge
      min mod mode mul ndim ne nlargest notnull npartitions nsmallest nunique nunique_approx partitions persist
      pipe pivot_table pop pow prod product quantile query radd random_split rdiv reduction rename repartition
      replace resample reset_index rfloordiv rmod rmul rolling round rpow rsub rtruediv sample select_dtypes sem
      set_index shape shift shuffle size skew sort_values squeeze std sub sum tail to_bag to_csv to_dask_array
      to_delayed to_hdf to_html to_json to_orc to_parquet to_records to_sql to_string to_timestamp truediv
      values var visualize where`,
  ),
  Series: list(
    `
      abs add add_prefix add_suffix align all any append apply astype attrs autocorr axes between bfill cat
      clear_divisions clip clip_lower clip_upper combine combine_first compute compute_current_divisions copy
      corr count cov cummax cummin cumprod cumsum describe diff div divide divisions dot drop_duplicates dropna
      dt dtype eq explode ffill fillna first floordiv ge get_partition groupby gt head idxmax idxmin index
      is_monotonic is_monotonic_decreasing is_monotonic_increasing isin isna isnull iteritems known_divisions
      kurtosis last le loc lt map map_overlap map_partitions mask max mean median median_approximate
      memory_usage memory_usage_per_partition min mod mode mul name nbytes ndim ne nlargest notnull npartitions
      nsmallest nunique nunique_approx partitions persist pipe pow prod product quantile radd random_split rdiv
      reduction rename repartition replace resample reset_index rfloordiv rmod rmul rolling round rpow rsub
      rtruediv sample sem shape shift shuffle size skew squeeze std str sub sum tail to_bag to_csv to_dask_array
      to_delayed to_frame to_hdf to_json to_sql to_string to_timestamp truediv unique value_counts values var
      view visualize where`,
  ),
  Index: list(
    `
      to_series`,
  ),
  DataFrameGroupBy: list(
    `
      agg aggregate apply bfill compute corr count cov cumcount cumprod cumsum ffill fillna first get_group
      idxmax idxmin index last max mean median min prod rolling shift size std sum transform var`,
  ),
  SeriesGroupBy: list(
    `
      head nunique tail unique value_counts`,
  ),
  Rolling: list(
    `
      agg aggregate apply count cov kurt max mean median min pandas_rolling_method quantile skew std sum var`,
  ),
  Resampler: list(
    `
      agg count first last max mean median min nunique ohlc prod quantile sem size std sum var`,
  ),
  str: list(
    `
      capitalize casefold cat center contains count decode encode endswith extract extractall find findall
      fullmatch get index isalnum isalpha isdecimal isdigit islower isnumeric isspace istitle isupper join len
      ljust lower lstrip match normalize pad partition removeprefix removesuffix repeat replace rfind rindex
      rjust rpartition rsplit rstrip slice slice_replace split startswith strip swapcase title translate upper
      wrap zfill`,
  ),
  dt: list(
    `
      asfreq ceil components date day day_name day_of_week day_of_year dayofweek dayofyear days days_in_month
      daysinmonth end_time floor freq hour is_leap_year is_month_end is_month_start is_quarter_end
      is_quarter_start is_year_end is_year_start isocalendar microsecond microseconds minute month month_name
      nanosecond nanoseconds normalize quarter qyear round second seconds start_time strftime time timetz
      to_period to_pydatetime to_pytimedelta to_timestamp total_seconds tz tz_convert tz_localize week weekday
      weekofyear year`,
  ),
  cat: list(
    `
      add_categories as_known as_ordered as_unknown as_unordered categories codes known ordered
      remove_categories remove_unused_categories rename_categories reorder_categories set_categories`,
  ),
};
