//! One suite, run on both engines: what the store promises, whichever database is behind it.

mod alerts;
mod bars;
mod bench;
mod configs;
mod dataset;
mod delete;
mod events;
mod faults;
mod hot_path;
mod kill;
mod leases;
mod lists;
mod market;
mod observations;
mod outcomes;
mod policies;
mod recommendations;
mod relabel;
mod retention;
mod tables;
mod upgrade;
mod writers;

/// Makes of each promise a test on Postgres and a test on SQLite.
macro_rules! promises {
    ($($module:ident { $($promise:ident)* })*) => {
        promises!(@engine on_postgres postgres $($module { $($promise)* })*);
        promises!(@engine on_sqlite sqlite $($module { $($promise)* })*);
    };
    (@engine $engine:ident $open:ident $($module:ident { $($promise:ident)* })*) => {
        mod $engine {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() -> anyhow::Result<()> {
                    let bench = crate::bench::Bench::$open().await?;
                    crate::$module::$promise(&bench).await
                })*
            })*
        }
    };
}

promises! {
    alerts {
        a_retried_alert_is_recorded_once
        another_alert_under_the_same_id_is_a_conflict
        two_alerts_of_one_id_in_one_call_are_told_apart
        a_token_alerted_twice_keeps_two_alerts_and_two_outcomes
        an_alert_comes_back_as_it_was_recorded
        what_is_unknown_comes_back_unknown
        numbers_keep_every_bit
        nul_is_refused_and_keeps_no_other_alert_out
        an_alert_recorded_late_takes_in_the_prices_that_are_there
        a_recorded_peak_vouched_for_by_a_second_import_counts
        a_missing_alert_is_none
    }
    lists {
        lists_are_in_the_order_of_the_domain_for_every_field
        pages_cover_everything_once_however_many_keys_are_equal
        a_list_goes_on_behind_a_chunk
        a_window_is_half_open
        a_position_of_another_list_is_refused
    }
    observations {
        the_same_observation_again_changes_nothing
        the_last_price_of_a_token_is_the_median_of_three_recent_ones
        other_values_under_the_same_key_are_refused
        a_repetition_of_what_was_refused_is_refused_too
        what_cannot_be_stored_is_answered_and_the_rest_is_stored
        an_observation_is_kept_to_the_millisecond
        any_order_of_arrival_gives_what_the_order_of_time_gives
        an_observation_after_the_seal_is_folded_in
        one_row_serves_every_alert_of_a_token
        an_observation_of_a_far_week_finds_a_place
        random_batches_leave_what_a_fresh_fold_gives
        prices_are_read_back_in_order
        an_empty_batch_is_no_error
    }
    hot_path {
        a_stored_price_that_no_fold_has_seen_is_neither_doubled_nor_overwritten
        lists_by_outcome_hold_open_and_sealed_ones_in_one_order
        an_open_outcome_of_an_earlier_version_goes_on
        a_token_may_have_ten_thousand_alerts
        a_hundred_alerts_of_one_millisecond_are_a_hundred_alerts
    }
    outcomes {
        only_open_windows_are_followed
        open_outcomes_say_how_far_they_have_come
        following_goes_on_where_it_was_after_a_restart
        a_pool_is_pinned_with_the_batch_and_the_last_pin_counts
        what_is_due_is_sealed_once
        nothing_is_sealed_before_it_is_due
        an_import_is_sealed_with_the_prices_that_it_brings_along
    }
    bars {
        a_history_is_of_observations_where_they_are_kept
        the_window_of_an_alert_is_told
    }
    retention {
        an_old_week_becomes_bars_and_its_prices_go
        a_closed_week_takes_no_prices_and_other_weeks_do
        a_peak_that_is_trusted_later_counts_without_the_prices
        another_policy_leaves_outcomes_without_prices_as_they_are
        a_week_that_an_open_outcome_needs_is_kept
        history_that_is_being_brought_along_is_not_closed_in_the_middle
        a_run_that_was_killed_is_taken_up_where_it_was
        two_that_roll_one_week_at_once_leave_the_same_bars
    }
    relabel {
        relabelling_gives_what_the_policy_would_have_said_live
        a_relabelling_that_is_broken_off_goes_on_where_it_was
        two_relabellings_and_late_prices_at_once_leave_no_outcome_wrong
        only_the_alerts_asked_for_are_relabelled
        beyond_retention_only_bars_are_replayed_and_only_where_asked_for
    }
    policies {
        the_policy_in_force_is_the_one_that_was_registered_last
        a_version_stands_for_the_same_parameters_for_ever
        two_that_begin_at_once_agree_or_one_is_refused
    }
    dataset {
        a_revision_changes_with_what_is_recorded_and_sealed_and_with_nothing_else
        a_load_brings_what_changed_since
        columns_say_what_the_alerts_say
    }
    configs {
        a_config_is_in_force_from_its_moment_on
        the_same_config_again_changes_nothing_until_another_was_in_force
        other_values_under_a_revision_are_refused
        configs_are_listed_the_latest_first_page_by_page
    }
    recommendations {
        a_ledger_keeps_what_was_recommended
        a_line_of_the_ledger_is_written_once_and_stays_as_it_was
        the_ledger_is_listed_newest_first_page_by_page
    }
    delete {
        a_deleted_alert_is_gone_with_all_that_is_its_own_and_nothing_else
        an_alert_is_deleted_once
        the_dataset_hears_of_a_deleted_alert
        a_deleted_alert_may_be_recorded_again
        a_token_whose_only_alert_is_deleted_is_followed_no_more
    }
    events {
        everything_that_happens_is_told_in_order
        an_alert_recorded_again_is_told_once
        a_reader_goes_on_from_any_cursor_without_gap_or_repetition
        a_new_reader_begins_behind_what_was_there
        pruned_events_are_out_of_reach_and_the_later_ones_stay
        a_cursor_from_elsewhere_is_refused
        whoever_writes_wakes_those_who_watch
        readers_that_come_and_go_see_every_event_of_many_writers_once_in_order
    }
    writers {
        two_writers_folding_one_token_lose_no_update
        writers_that_touch_the_same_tokens_in_any_order_all_come_through
        one_alert_recorded_by_many_at_once_is_stored_once
        alerts_recorded_together_are_each_answered_for_themselves
        outcomes_sealed_by_two_at_once_are_sealed_once
        a_call_that_is_given_up_midway_leaves_nothing_half_done
    }
    leases {
        a_lone_tracker_holds_every_shard
        trackers_share_the_shards_evenly_and_none_is_held_twice
        a_tracker_that_joins_takes_its_share_as_others_give_theirs_up
        the_shards_of_a_dead_tracker_are_free_after_one_lease_and_not_before
        what_is_released_is_free_at_once
        an_instance_that_starts_again_takes_the_place_of_its_earlier_run_at_once
        an_earlier_run_that_lives_on_takes_its_share_again
        a_lease_that_nobody_took_is_renewed_after_it_expired
        a_lease_from_a_clock_that_was_set_back_is_no_obstacle
        what_was_polled_under_a_lost_lease_is_refused_whole
        a_seal_under_a_lost_lease_is_refused
        a_fence_narrows_what_is_followed_and_what_is_due
        what_was_just_raised_and_not_yet_seen_is_found_once_per_owner
        one_tracker_at_a_time_keeps_house
        tokens_from_before_there_were_shards_get_theirs
    }
    kill {
        what_was_acknowledged_survives_a_kill
    }
    tables {
        two_migrators_at_once_both_succeed
        migrating_again_changes_nothing
        pending_migrations_are_named
        a_database_of_a_newer_program_is_left_alone
    }
    upgrade {
        an_upgrade_from_m0011_keeps_what_is_there_and_goes_on
        an_upgrade_from_m0010_keeps_what_is_there_and_goes_on
        an_upgrade_from_m0009_keeps_what_is_there_and_goes_on
    }
}
