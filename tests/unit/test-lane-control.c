/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many parts are sent at once, against lines of several kinds and a clock
 * of our own.
 */
#include "model/cloud/lane-control.h"

#define MB ((guint64) 1000 * 1000)
#define STEP_US (G_USEC_PER_SEC / 10)

/* A line and what was sent over it so far. */
typedef struct
{
  EmbarkLaneControl control;
  guint64 lane_rate, line_rate; /* bytes per second of one lane, and of all */
  double waiting;               /* part of the time in which a part waits for a lane */
  guint64 bytes;
  gint64 now_us, waited_us;
  guint most, least;
} Line;

static void start (Line *line, guint fixed)
{
  embark_lane_control_init (&line->control, fixed);
  embark_lane_control_set_part_size (&line->control, 8 * MB);
  line->now_us = G_USEC_PER_SEC;
  line->most = line->least = line->control.lanes;
}

static void run (Line *line, guint seconds)
{
  for (guint i = 0; i < seconds * 10; i++)
    {
      line->bytes += MIN (line->control.lanes * line->lane_rate, line->line_rate) / 10;
      line->now_us += STEP_US;
      line->waited_us += (gint64) (line->waiting * STEP_US);
      embark_lane_control_measure (&line->control, line->bytes, line->waited_us, line->now_us);
      line->most = MAX (line->most, line->control.lanes);
      line->least = MIN (line->least, line->control.lanes);
    }
}

/* Far away: each lane is slow, and only all together fill the line. */
static void test_grows (void)
{
  Line line = { .lane_rate = 2 * MB, .line_rate = 100 * MB, .waiting = 0.9 };

  start (&line, 0);
  g_assert_cmpuint (line.control.lanes, ==, EMBARK_LANES_FIRST);
  run (&line, 120);
  g_assert_cmpuint (line.control.lanes, >=, 9);
  g_assert_cmpuint (line.most, <=, EMBARK_LANES_MAX);
}

/* Four fill it: more are tried now and then and given up each time. */
static void test_goes_back (void)
{
  Line line = { .lane_rate = 100 * MB, .line_rate = 40 * MB, .waiting = 0.9 };
  guint more = 0;

  start (&line, 0);
  for (guint i = 0; i < 600; i++)
    {
      run (&line, 1);
      more += line.control.lanes > EMBARK_LANES_FIRST;
    }
  g_assert_cmpuint (line.most, ==, 6);
  g_assert_cmpuint (line.least, ==, EMBARK_LANES_FIRST);
  g_assert_cmpuint (more, >, 0);
  g_assert_cmpuint (more, <, 60);
}

/* The disk is slower than the line: lanes would only stand idle. */
static void test_needs_parts (void)
{
  Line line = { .lane_rate = 2 * MB, .line_rate = 100 * MB, .waiting = 0.1 };

  start (&line, 0);
  run (&line, 300);
  g_assert_cmpuint (line.most, ==, EMBARK_LANES_FIRST);
}

static void test_throttle (void)
{
  Line line = { .lane_rate = 2 * MB, .line_rate = 100 * MB, .waiting = 0.9 };
  guint before;

  start (&line, 0);
  run (&line, 120);
  before = line.control.lanes;
  /* All parts under way are told the same at once. */
  for (guint i = 0; i < before; i++)
    embark_lane_control_throttle (&line.control, line.now_us);
  g_assert_cmpuint (line.control.lanes, ==, before / 2);
  for (guint i = 0; i < 10; i++)
    {
      run (&line, 6);
      embark_lane_control_throttle (&line.control, line.now_us);
    }
  g_assert_cmpuint (line.control.lanes, ==, 1);
  run (&line, 300);
  g_assert_cmpuint (line.control.lanes, >, EMBARK_LANES_FIRST);
}

static void test_interrupted (void)
{
  Line line = { .lane_rate = 2 * MB, .line_rate = 100 * MB, .waiting = 0.9 };

  start (&line, 0);
  run (&line, 5);
  /* An hour of nothing is no sign of a slow line, nor is what came before a sign of anything. */
  embark_lane_control_interrupt (&line.control);
  line.now_us += (gint64) 3600 * G_USEC_PER_SEC;
  run (&line, 120);
  g_assert_cmpuint (line.control.lanes, >=, 9);
  g_assert_cmpuint (line.least, ==, EMBARK_LANES_FIRST);
}

static void test_fixed (void)
{
  Line line = { .lane_rate = 2 * MB, .line_rate = 100 * MB, .waiting = 0.9 };

  start (&line, 3);
  run (&line, 120);
  embark_lane_control_throttle (&line.control, line.now_us);
  g_assert_cmpuint (line.most, ==, 3);
  g_assert_cmpuint (line.control.lanes, ==, 3);
}

/* Parts in flight are in memory. */
static void test_memory (void)
{
  Line line = { .lane_rate = 2 * MB, .line_rate = 100 * MB, .waiting = 0.9 };

  start (&line, 0);
  embark_lane_control_set_part_size (&line.control, 16 * 1024 * 1024);
  run (&line, 600);
  g_assert_cmpuint (line.most, <=, 6);
  embark_lane_control_set_part_size (&line.control, 1024 * 1024 * 1024);
  g_assert_cmpuint (line.control.lanes, ==, 2);
  /* The last part is smaller: that frees nothing. */
  embark_lane_control_set_part_size (&line.control, 1);
  g_assert_cmpuint (line.control.lanes, ==, 2);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lane-control/grows", test_grows);
  g_test_add_func ("/lane-control/goes-back", test_goes_back);
  g_test_add_func ("/lane-control/needs-parts", test_needs_parts);
  g_test_add_func ("/lane-control/throttle", test_throttle);
  g_test_add_func ("/lane-control/interrupted", test_interrupted);
  g_test_add_func ("/lane-control/fixed", test_fixed);
  g_test_add_func ("/lane-control/memory", test_memory);
  return g_test_run ();
}
