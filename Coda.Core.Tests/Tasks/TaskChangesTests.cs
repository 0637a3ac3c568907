using System.Diagnostics;
using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

/// <summary>What a task changed, whatever it says.</summary>
public sealed class TaskChangesTests : IAsyncLifetime
{
    private readonly CoreHost host = new(FakeAgent.Does(
        "echo more >> dirty.txt; echo new > new.txt; rm old.txt; git -c user.name=a -c user.email=a@b.c commit -qam committed; "
        + "echo x > ignored.log\n"
        + """printf '{"status":"completed","summary":"lies","files_changed":["other.txt"],"files_changed_observed":["lie"]}' """
        + "> \"$CODA_RESULTS_DIR/result.json\""));

    public ValueTask InitializeAsync() => new(host.StartAsync());

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task In_a_repository_what_changed_during_the_task_is_observed()
    {
        Shell("git init -q -b main; echo a > old.txt; echo '*.log' > .gitignore; git add -A; "
            + "git -c user.name=a -c user.email=a@b.c commit -qm first; echo before > dirty.txt; "
            + "echo untouched > untracked.txt; git status --short > ../before");
        var task = await host.EndsAsync(await host.RunsAsync());
        var result = await host.ResultAsync(task);
        Assert.Equal(["other.txt"], result.FilesChanged);
        Assert.Equal(["dirty.txt", "new.txt", "old.txt"], result.FilesChangedObserved);
        Assert.Empty(result.Extra);
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        var diff = await host.Tasks().DiffAsync(id, default);
        Assert.Contains("+more\n", diff, StringComparison.Ordinal);
        Assert.DoesNotContain("+before", diff, StringComparison.Ordinal); // that was there at the start
        Assert.False(Directory.Exists(host.Files(task).Snapshots));
        // It stays as git users left it.
        Assert.Equal("?? dirty.txt\n?? untracked.txt\n", File.ReadAllText(Path.Combine(host.Root, "before")));
    }

    [Fact]
    public async Task Elsewhere_nothing_is_claimed()
    {
        var task = await host.EndsAsync(await host.RunsAsync());
        Assert.Null((await host.ResultAsync(task)).FilesChangedObserved);
        Assert.True(TaskId.TryParse(task.TaskId, out var id));
        Assert.Null(await host.Tasks().DiffAsync(id, default));
    }

    [Fact]
    public async Task Without_the_repository_it_began_in_nothing_is_claimed()
    {
        await using var other = new CoreHost(FakeAgent.Does("echo b > a.txt; rm -rf .git; git init -q; result completed done"));
        await other.StartAsync();
        Shell("git init -q -b main; echo a > a.txt; git add -A; git -c user.name=a -c user.email=a@b.c commit -qm first", other.Projects);
        Assert.Null((await other.ResultAsync(await other.EndsAsync(await other.RunsAsync()))).FilesChangedObserved);
    }

    [Fact]
    public async Task Of_a_repository_with_another_one_inside_nothing_is_claimed()
    {
        await using var other = new CoreHost(FakeAgent.Does("echo two > lib/a.txt; result completed done"));
        await other.StartAsync();
        Shell("git() { command git -c user.name=a -c user.email=a@b.c \"$@\"; }; git init -q -b main . "
            + "&& git init -q -b main lib && cd lib && echo one > a.txt "
            + "&& git add -A && git commit -qm lib && cd .. && git add -A && git commit -qm first", other.Projects);
        Assert.Null((await other.ResultAsync(await other.EndsAsync(await other.RunsAsync()))).FilesChangedObserved);
    }

    [Fact]
    public async Task Where_it_cannot_be_told_from_the_start_no_snapshot_is_left()
    {
        Shell("git init -q; echo one > a.txt; echo broken > .git/index");
        var task = await host.RunsAsync();
        Assert.False(Directory.Exists(host.Files(task).Snapshots));
        Assert.Null((await host.ResultAsync(await host.EndsAsync(task))).FilesChangedObserved);
    }

    [Fact]
    public async Task A_filter_of_the_repository_is_not_run()
    {
        await using var other = new CoreHost(FakeAgent.Does("echo b > a.txt; result completed done"));
        await other.StartAsync();
        Shell("git init -q; echo a > a.txt; echo '* filter=mine' > .gitattributes; git config filter.mine.required true; "
            + "git config filter.mine.clean 'touch ../ran; cat'; git config filter.mine.process 'touch ../ran'", other.Projects);
        Assert.Equal(["a.txt"], (await other.ResultAsync(await other.EndsAsync(await other.RunsAsync()))).FilesChangedObserved);
        Assert.False(File.Exists(Path.Combine(other.Root, "ran")));
    }

    [Fact]
    public async Task What_another_task_changed_in_the_same_tree_is_claimed_by_neither()
    {
        await using var other = new CoreHost(FakeAgent.Does(
            "echo b > $CODA_TASK_ID.txt; until [ -e go ]; do sleep 0.02; done; result completed done"));
        await other.StartAsync();
        Shell("git init -q; echo a > a.txt; echo go > .gitignore", other.Projects);
        var first = await other.RunsAsync();
        var second = await other.RunsAsync();
        File.WriteAllText(Path.Combine(other.Projects, "go"), "");
        foreach (var task in (TaskView[])[first, second])
        {
            Assert.Null((await other.ResultAsync(await other.EndsAsync(task))).FilesChangedObserved);
        }

        var alone = await other.RunsAsync();
        await other.EndsAsync(alone);
        Assert.Single((await other.ResultAsync(alone)).FilesChangedObserved!);
    }

    [Fact]
    public async Task The_directory_is_looked_at_wherever_its_repository_says_that_its_files_are()
    {
        await using var other = new CoreHost(FakeAgent.Does("echo b > a.txt; result completed done"));
        await other.StartAsync();
        Shell("git init -q; echo a > a.txt; mkdir ../elsewhere; git config core.worktree $PWD/../elsewhere", other.Projects);
        Assert.Equal(["a.txt"], (await other.ResultAsync(await other.EndsAsync(await other.RunsAsync()))).FilesChangedObserved);
    }

    // Every way that git's manuals name by which a configuration, an attribute or a file of a repository starts a program.
    [Theory]
    [InlineData("git config core.fsmonitor 'touch $RAN'")]
    [InlineData("git config core.hooksPath hooks; mkdir hooks; "
        + "for h in post-index-change pre-commit post-commit reference-transaction fsmonitor-watchman; "
        + "do printf '#!/bin/sh\ntouch $RAN\n' > hooks/$h; chmod +x hooks/$h; done")]
    [InlineData("for h in post-index-change pre-commit reference-transaction; "
        + "do printf '#!/bin/sh\ntouch $RAN\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done")]
    [InlineData("git config diff.external 'touch $RAN'")]
    [InlineData("echo '* diff=mine' > .gitattributes; git config diff.mine.command 'touch $RAN'; "
        + "git config diff.mine.textconv 'touch $RAN; cat'")]
    [InlineData("echo '* diff=mine' > .git/info/attributes; git config diff.mine.command 'touch $RAN'; "
        + "git config diff.mine.textconv 'touch $RAN; cat'")]
    [InlineData("echo '* filter=mine' > .gitattributes; git config filter.mine.clean 'touch $RAN; cat'; "
        + "git config filter.mine.smudge 'touch $RAN; cat'; git config filter.mine.process 'touch $RAN'")]
    [InlineData("echo '* filter=mine' > $PWD/../attributes; git config core.attributesFile $PWD/../attributes; "
        + "git config filter.mine.clean 'touch $RAN; cat'")]
    [InlineData("echo '* filter=mine' > .gitattributes; "
        + "printf '[filter \"mine\"]\n clean = touch $RAN; cat\n' > ../more; git config include.path $PWD/../more")]
    [InlineData("echo '* filter=mine' > .gitattributes; "
        + "printf '[filter \"mine\"]\n clean = touch $RAN; cat\n' > ../more; git config includeIf.onbranch:**.path $PWD/../more")]
    [InlineData("echo '* filter=mine' > .gitattributes; "
        + "git config extensions.worktreeConfig true; git config --worktree filter.mine.clean 'touch $RAN; cat'")]
    [InlineData("git config core.pager 'touch $RAN'; git config core.editor 'touch $RAN'; "
        + "git config sequence.editor 'touch $RAN'; git config core.askPass 'touch $RAN'")]
    [InlineData("git config gpg.program $RAN.sh; git config commit.gpgSign true; "
        + "printf '#!/bin/sh\ntouch $RAN\n' > $RAN.sh; chmod +x $RAN.sh")]
    [InlineData("for a in add diff write-tree ls-files config rev-parse; do git config alias.$a '!touch $RAN'; done")]
    [InlineData("git config core.alternateRefsCommand 'touch $RAN'; git config core.sshCommand 'touch $RAN'; "
        + "git config credential.helper '!touch $RAN'; git config uploadpack.packObjectsHook 'touch $RAN'")]
    [InlineData("git config protocol.ext.allow always; git config remote.origin.url 'ext::sh -c touch% $RAN'; "
        + "git config remote.origin.promisor true; git config extensions.partialClone origin; rm -rf .git/objects/??")]
    [InlineData("git config remote.origin.url ssh://host/x; git config core.sshCommand 'touch $RAN;'; "
        + "git config remote.origin.promisor true; git config extensions.partialClone origin; rm -rf .git/objects/??")]
    [InlineData("NEST; cd lib; echo '* filter=mine' > .gitattributes; git config filter.mine.clean 'touch $RAN; cat'; echo two > a.txt")]
    [InlineData("NEST; cd lib; git config core.fsmonitor 'touch $RAN'; echo two > a.txt")]
    [InlineData("NEST; cd lib; for h in post-index-change fsmonitor-watchman; "
        + "do printf '#!/bin/sh\ntouch $RAN\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done; echo two > a.txt")]
    // git reads a file again, and so through its filter, when it changed and has its size.
    [InlineData("NEST; git add lib; cd lib; echo '* filter=mine' > .gitattributes; "
        + "git config filter.mine.clean 'touch $RAN; cat'; echo two > a.txt")]
    [InlineData("NEST; git add lib; printf '[submodule \"lib\"]\n path = lib\n url = ./lib\n update = !touch $RAN\n' > .gitmodules; "
        + "cd lib; git config core.fsmonitor 'touch $RAN'; echo two > a.txt")]
    [InlineData("NEST; git add lib; mv lib/.git ../libgit; echo \"gitdir: $PWD/../libgit\" > lib/.git; "
        + "git -C lib config core.worktree $PWD/lib; git -C lib config core.fsmonitor 'touch $RAN'; echo two > lib/a.txt")]
    public async Task Nothing_of_a_repository_starts_a_program(string plant)
    {
        await using var other = new CoreHost(FakeAgent.Does("echo b >> a.txt; result completed done"));
        await other.StartAsync();
        var ran = Path.Combine(other.Root, "ran");
        Shell($"""
            export RAN={ran} GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
            git init -q; echo a > a.txt; git add -A; git commit -qm first; echo dirty > a.txt
            {plant
                .Replace(
                    "NEST", "git init -q lib; echo one > lib/a.txt; git -C lib add -A; git -C lib commit -qm lib", StringComparison.Ordinal)
                .Replace("$RAN", ran, StringComparison.Ordinal)}
            rm -f {ran}
            """, other.Projects);
        var task = await other.EndsAsync(await other.RunsAsync());
        Assert.Equal(CodingTaskStatus.Completed, task.Status);
        Assert.False(File.Exists(ran));
    }

    [Fact]
    public async Task Attributes_that_are_a_pipe_hold_nothing_up_for_long()
    {
        await using var other = new CoreHost(FakeAgent.Does("result completed done"));
        await other.StartAsync();
        Shell("git init -q; echo a > a.txt; mkfifo .gitattributes", other.Projects);
        var task = await other.EndsAsync(await other.RunsAsync());
        Assert.Equal(CodingTaskStatus.Completed, task.Status);
    }

    private void Shell(string script) => Shell(script, host.Projects);

    private static void Shell(string script, string directory)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = directory })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }
}
