/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the agent for machines without cloud-init is in a guest, and what
 * starts it there. Source of what it does: “Forced import of an image”,
 * 213/12849.
 */
#pragma once

#define EMBARK_AGENT_PROGRAM "/usr/sbin/embark-agent"
#define EMBARK_AGENT_UNIT "/etc/systemd/system/embark-agent.service"
#define EMBARK_AGENT_WANTS "/etc/systemd/system/multi-user.target.wants/embark-agent.service"
#define EMBARK_AGENT_JOB "/etc/init.d/embark-agent"
/* Each that is there starts it (embark_linux_glob()). */
#define EMBARK_AGENT_STARTS                                                                                            \
  "/{etc/systemd/system/multi-user.target.wants/embark-agent.service,etc/{rc.d/,}rc{2,3,4,5}.d/S*embark-agent}"
