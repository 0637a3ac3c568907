using System.Diagnostics;
using Coda.Core.Tasks;
using Coda.Core.Tests.Hosting;

namespace Coda.Core.Tests.Tasks;

/// <summary>What a task changed, whatever it says.</summary>
public sealed class TaskChangesTests : IAsyncLifetime
{
    private readonly CoreHost host = new(FakeAgent.Does("""
        echo more >> dirty.txt; echo new > new.txt; rm old.txt; git -c user.name=a -c user.email=a@b.c commit -qam committed; echo x > ignored.log
        printf '{"status":"completed","summary":"lies","files_changed":["other.txt"],"files_changed_observed":["lie"]}' > "$CODA_RESULTS_DIR/result.json"
        """));

    public ValueTask InitializeAsync() => new(host.StartAsync());

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task In_a_repository_what_changed_during_the_task_is_observed()
    {
        Shell("git init -q -b main; echo a > old.txt; echo '*.log' > .gitignore; git add -A; "
            + "git -c user.name=a -c user.email=a@b.c commit -qm first; echo before > dirty.txt; echo untouched > untracked.txt; git status --short > ../before");
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
        Assert.Equal("?? dirty.txt\n?? untracked.txt\n", File.ReadAllText(Path.Combine(host.Root, "before"))); // it stays as git users left it
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
        Shell("git() { command git -c user.name=a -c user.email=a@b.c \"$@\"; }; git init -q -b main . && git init -q -b main lib && cd lib && echo one > a.txt "
            + "&& git add -A && git commit -qm lib && cd .. && git add -A && git commit -qm first", other.Projects);
        Assert.Null((await other.ResultAsync(await other.EndsAsync(await other.RunsAsync()))).FilesChangedObserved);
    }

    [Fact]
    public async Task Where_it_cannot_be_told_from_the_start_no_snapshot_is_left()
    {
        Shell("git init -q; git init -q lib; echo one > lib/a.txt"); // git adds no repository without a commit
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

    private void Shell(string script) => Shell(script, host.Projects);

    private static void Shell(string script, string directory)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = directory })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }
}
